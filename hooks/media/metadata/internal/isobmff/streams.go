package isobmff

import (
	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

// codedAs are the formats of sample entries and items whose coded pictures can hold metadata, configuredBy the boxes
// that describe such a format.
var (
	codedAs = map[string]codec.Format{
		"avc1": codec.AVC, "avc2": codec.AVC, "avc3": codec.AVC, "avc4": codec.AVC, "dva1": codec.AVC, "dvav": codec.AVC,
		"hvc1": codec.HEVC, "hev1": codec.HEVC, "hvc2": codec.HEVC, "hev2": codec.HEVC, "dvh1": codec.HEVC, "dvhe": codec.HEVC, "lhv1": codec.HEVC,
		"vvc1": codec.VVC, "vvi1": codec.VVC, "av01": codec.AV1, "dav1": codec.AV1,
		"dvc ": codec.DV, //nolint:gocritic // the names have four characters
		"dvcp": codec.DV, "dvpp": codec.DV, "dv5n": codec.DV, "dv5p": codec.DV, "dvhp": codec.DV, "dvhq": codec.DV,
		"dvh2": codec.DV, "dvh3": codec.DV, "dvh5": codec.DV, "dvh6": codec.DV, "AVdv": codec.DV, "AVd1": codec.DV,
	}
	configuredBy = map[string]codec.Format{
		"avcC": codec.AVC, "hvcC": codec.HEVC, "vvcC": codec.VVC, "av1C": codec.AV1,
		"avcE": codec.AVC, "hvcE": codec.HEVC, // of a second layer
	}
)

// stream returns what cleans coded pictures of a format, with lengths of the usual width.
func (c *cleaner) stream(v *edit.View, format codec.Format) codec.Stream {
	return codec.Stream{View: v, Format: format, Width: 4, Units: c.units}
}

// cleanConfig removes metadata from the description of a format.
func cleanConfig(c *cleaner, b box) error {
	s := c.stream(&c.View, configuredBy[b.kind])
	b = record(b)
	return s.Config(b.body, b.end)
}

// record returns the box of such a description without its version and flags, which only vvcC has.
func record(b box) box {
	if b.kind == "vvcC" {
		return b.skip(4)
	}
	return b
}

// cleanLayers does so with that of further layers of HEVC.
func cleanLayers(c *cleaner, b box) error {
	s := c.stream(&c.View, codec.HEVC)
	return s.LayeredConfig(b.body, b.end)
}

// cleanStreams removes metadata from the coded pictures of the kept tracks and items. Where pictures share bytes, it
// makes sure that they are read alike.
func (c *cleaner) cleanStreams(t layout) error {
	v := c.Beside()
	if err := c.eachStream(t, v); err != nil {
		return err
	}
	if c.shared {
		before := v.Changes
		if err := c.eachStream(t, v); err != nil {
			return err
		}
		if v.Changes != before {
			return edit.Unclean("its pictures overlap")
		}
	}
	if err := v.Flush(); err != nil {
		return err
	}
	return c.Forget()
}

// eachStream cleans the samples and items once.
func (c *cleaner) eachStream(t layout, v *edit.View) error {
	streams := map[uint32]codec.Stream{}
	for _, one := range c.tracks {
		if !one.visual() {
			continue
		}
		s, err := c.streamOf(one, v)
		if err != nil {
			return err
		}
		if s.Format == codec.Other {
			continue
		}
		streams[one.id] = s
		if err := c.eachChunk(one, func(chunk samplesAt) error { return c.cleanSamples(s, chunk) }); err != nil {
			return err
		}
	}
	if t.fragments && len(streams) > 0 {
		err := c.eachFragmentRun(t.end, func(one *track, run samplesAt) error {
			if s, ok := streams[one.id]; ok {
				return c.cleanSamples(s, run)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return c.cleanItems(t, v)
}

// streamOf returns what cleans a track's samples; of the format Other if nothing has to.
func (c *cleaner) streamOf(t track, v *edit.View) (s codec.Stream, err error) {
	tables, err := c.find(t.table, "stsd")
	if err != nil || tables["stsd"].kind == "" {
		return s, err
	}
	return s, c.each(tables["stsd"].skip(8), func(entry box) error {
		format := codedAs[entry.kind]
		if format == codec.Other {
			return nil
		}
		before := s
		s = c.stream(v, format)
		err := c.each(entry.skip(78), func(b box) error { return c.configure(&s, b) })
		if err == nil && before.Format != codec.Other && (before.Format != s.Format || before.Width != s.Width) {
			return edit.Unclean("a track has pictures of several formats")
		}
		return err
	})
}

// configure sets the width of lengths that the description of a stream's format states.
func (c *cleaner) configure(s *codec.Stream, b box) error {
	if format, ok := configuredBy[b.kind]; !ok || format != s.Format || b.kind[3] == 'E' {
		return nil
	}
	b = record(b)
	return s.ReadWidth(&c.View, b.body, b.end)
}

// cleanSamples cleans samples that follow one another.
func (c *cleaner) cleanSamples(s codec.Stream, samples samplesAt) error {
	at := samples.at
	for range samples.count {
		size, err := samples.sizes.size()
		if err != nil {
			return err
		}
		if at > uint64(c.Size) {
			return nil
		}
		if err := s.Count(); err != nil {
			return err
		}
		piece := c.place(at, size)
		piece.end = min(piece.end, c.Size) // as in a recording that was interrupted
		at += size
		if piece.at == piece.end || !c.mediaData.contain(piece) {
			continue
		}
		if err := s.Sample(piece.at, piece.end); err != nil {
			return err
		}
	}
	return nil
}

// cleanItems cleans the data of image items.
func (c *cleaner) cleanItems(t layout, v *edit.View) error {
	if t.images.kind == "" {
		return nil
	}
	streams := map[codec.Format]*codec.Stream{}
	for kind, format := range codedAs {
		if imageItems[kind] {
			s := c.stream(v, format)
			streams[format] = &s
		}
	}
	properties, err := c.find(c.lists["iprp"], "ipco")
	if err != nil {
		return err
	}
	widths := map[codec.Format]int{}
	err = c.each(properties["ipco"], func(b box) error {
		format := configuredBy[b.kind]
		s, ok := streams[format]
		if !ok {
			return nil
		}
		if err := c.configure(s, b); err != nil {
			return err
		}
		if width := widths[format]; width != 0 && width != s.Width {
			return edit.Unclean("its items have lengths of several widths")
		}
		widths[format] = s.Width
		return nil
	})
	if err != nil {
		return err
	}
	return c.eachExtent(func(id uint32, e extent) error {
		s, ok := streams[codedAs[c.items[id]]]
		if !ok || e.external || e.at >= e.end || !e.inIdat && !c.mediaData.contain(e.span) {
			return nil
		}
		return s.Sample(e.at, e.end)
	})
}
