package isobmff

import (
	"encoding/binary"

	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
	"github.com/privet/privet/hooks/media/metadata/internal/icc"
)

// The boxes that a sample description needs: the codec's configuration, colours, aspect ratio, stereo, channels.
var (
	visualParts = rules{
		"d263": blank(0, 4), // the encoder's vendor
		"colr": cleanColours,
		"hvcC": cleanConfig,
		"hvcE": cleanConfig,
		"lhvC": cleanLayers,
		"avcC": cleanConfig,
		"avcE": cleanConfig,
		"vvcC": cleanConfig,
		"av1C": cleanConfig,
		"vpcC": blank(12, -1),
		"esds": refuseImageObjects,
		"sinf": refuseEncrypted,
	}.keep("btrt pasp clap fiel gama mdcv clli SmDm CoLL cclv amve chrm " +
		"dvcC dvvC dvwC st3d ccst auxi glbl apvC")
	audioParts = rules{
		"damr": blank(0, 4), // the encoder's vendor
		"sinf": refuseEncrypted,
		"dfLa": func(c *cleaner, b box) error { return codec.PadFLAC(&c.View, b.body+4, b.end) },
	}.keep("esds chan chnl srat btrt dac3 dec3 dac4 dOps alac mhaC pcmC SA3D dmlp ddts dapa")
	waveParts = rules{
		"damr": blank(0, 4),
	}.keep("frma esds enda alac chan mp4a")
)

// encryptedEntries are the formats of encrypted samples (ISO/IEC 14496-12, 8.12; Apple's).
var encryptedEntries = edit.SetOf("encv enca encf encu drms drmi")

// refuseEncrypted refuses a file with a description of its encryption.
func refuseEncrypted(*cleaner, box) error { return errEncrypted }

// cleanColours keeps the numbers of a colour space, and cleans a colour profile (ISO/IEC 14496-12, 12.1.5).
func cleanColours(c *cleaner, b box) error {
	if b.end-b.body < 4 {
		return c.free(b)
	}
	head, err := c.content(b, 4)
	if err != nil {
		return err
	}
	switch string(head) {
	case "nclx", "nclc":
		return blank(11, -1)(c, b)
	case "prof", "rICC":
	default:
		return c.free(b)
	}
	at := b.body + 4
	if b.end-at > icc.MaxSize {
		return edit.Unclean("its colour profile is too large")
	}
	profile, err := c.Copy(at, b.end-at)
	if err != nil {
		return err
	}
	if !icc.Clean(profile) {
		return c.free(b)
	}
	return c.Replace(at, profile)
}

// sampleDescriptions cleans the sample entries of a track.
func sampleDescriptions(c *cleaner, b box) error {
	head, err := c.content(b, 8)
	if err != nil {
		return err
	}
	version := head[0]
	audio := c.handlerAt(b.at) == "soun"
	return c.eachZeroingPadding(b.skip(8), func(entry box) error {
		if encryptedEntries[entry.kind] {
			return errEncrypted
		}
		if audio {
			return audioEntry(c, entry, version)
		}
		return visualEntry(c, entry)
	})
}

// visualEntry checks the size of pictures, and zeroes the encoder's vendor and name.
func visualEntry(c *cleaner, b box) error {
	if codec.IsImageFile(b.kind) {
		return codec.RefuseImageFiles(b.kind)
	}
	if b.end-b.body < 78 {
		return edit.Unclean("the description of a format is cut off")
	}
	head, err := c.content(b, 28)
	if err != nil {
		return err
	}
	if err := checkPixels(int64(binary.BigEndian.Uint16(head[24:])), int64(binary.BigEndian.Uint16(head[26:]))); err != nil {
		return err
	}
	if err := c.Zero(b.body+12, 4); err != nil {
		return err
	}
	if err := c.Zero(b.body+42, 32); err != nil {
		return err
	}
	return c.applyAll(b.skip(78), visualParts)
}

// audioEntry zeroes the encoder's vendor.
func audioEntry(c *cleaner, b box, version byte) error {
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
	if err := c.Zero(b.body+12, 4); err != nil {
		return err
	}
	if own > b.end-b.body {
		return edit.Unclean("the description of a format is cut off")
	}
	return c.eachZeroingPadding(b.skip(own), func(inner box) error {
		if inner.kind == "wave" {
			return c.wave(inner, b.kind)
		}
		return c.apply(audioParts, inner)
	})
}

// wave cleans QuickTime's box of decoder settings. A box in it may have the format's own name; an empty one ends it.
func (c *cleaner) wave(b box, format string) error {
	return c.eachZeroingPadding(b, func(inner box) error {
		if inner.kind == "\x00\x00\x00\x00" && inner.body == inner.end || inner.kind == format && inner.end-inner.at <= 256 {
			return nil
		}
		return c.apply(waveParts, inner)
	})
}
