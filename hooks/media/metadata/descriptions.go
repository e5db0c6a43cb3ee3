package metadata

import "encoding/binary"

// What the description of a sample's format needs: the codec's configuration, colours, aspect, stereo, channels.
var (
	visualParts = rules{
		"d263": blank(0, 4), // the encoder's maker
		"esds": noPictureFiles,
	}.kept("avcC hvcC lhvC vvcC av1C vpcC btrt colr pasp clap fiel gama mdcv clli SmDm CoLL cclv amve chrm " +
		"dvcC dvvC dvwC avcE hvcE st3d sinf ccst auxi glbl apvC")
	soundParts = rules{
		"damr": blank(0, 4), // the encoder's maker
		"dfLa": func(c *iso, b box) error { return flacBlocks(&c.view, b.body+4, b.end) },
	}.kept("esds chan chnl srat btrt dac3 dec3 dac4 dOps alac mhaC pcmC sinf SA3D dmlp ddts dapa")
	waveParts = rules{
		"damr": blank(0, 4),
	}.kept("frma esds enda alac chan mp4a")
)

// descriptions treats the formats that a track's samples have.
func descriptions(c *iso, b box) error {
	head, err := c.content(b, 8)
	if err != nil {
		return err
	}
	version := head[0]
	sound := c.handlerAt(b.at) == "soun"
	return c.within(b.past(8), func(entry box) error {
		if sound {
			return soundEntry(c, entry, version)
		}
		return visualEntry(c, entry)
	})
}

// visualEntry zeroes the maker of the encoder and its name.
func visualEntry(c *iso, b box) error {
	if isPictureFile(b.kind) {
		return pictureFiles(b.kind)
	}
	if b.end-b.body < 78 {
		return unclean("the description of a format is cut off")
	}
	if err := c.zero(b.body+12, 4); err != nil {
		return err
	}
	if err := c.zero(b.body+42, 32); err != nil {
		return err
	}
	return c.inside(b.past(78), visualParts)
}

func soundEntry(c *iso, b box, version byte) error {
	head, err := c.content(b, 28)
	if err != nil {
		return err
	}
	own := int64(28)
	if version == 0 { // QuickTime's longer forms
		switch binary.BigEndian.Uint16(head[8:]) {
		case 1:
			own += 16
		case 2:
			own += 36
		}
	}
	if err := c.zero(b.body+12, 4); err != nil {
		return err
	}
	if own > b.end-b.body {
		return unclean("the description of a format is cut off")
	}
	return c.within(b.past(own), func(inner box) error {
		if inner.kind == "wave" {
			return c.wave(inner, b.kind)
		}
		return c.apply(soundParts, inner)
	})
}

// wave treats QuickTime's box of a decoder's settings; one in it has the format's own name, an empty one ends it.
func (c *iso) wave(b box, format string) error {
	return c.within(b, func(inner box) error {
		if inner.kind == "\x00\x00\x00\x00" && inner.body == inner.end || inner.kind == format && inner.end-inner.at <= 256 {
			return nil
		}
		return c.apply(waveParts, inner)
	})
}

// flacBlocks turns the blocks of FLAC's header between two places into padding, but for the first (RFC 9639, section 8).
func flacBlocks(v *view, at, end int64) error {
	for at < end {
		if end-at < 4 {
			return unclean("a header of FLAC is cut off")
		}
		b, err := v.bytes(at, 4)
		if err != nil {
			return err
		}
		last, kind := b[0]&0x80, b[0]&0x7f
		length := int64(binary.BigEndian.Uint32(b) & 0xffffff)
		if length > end-at-4 {
			return unclean("a header of FLAC is cut off")
		}
		if kind != 0 {
			if err := v.write(at, []byte{last | 1}); err != nil {
				return err
			}
			if err := v.zero(at+4, length); err != nil {
				return err
			}
		}
		at += 4 + length
		if last != 0 {
			return v.zero(at, end-at)
		}
	}
	return nil
}
