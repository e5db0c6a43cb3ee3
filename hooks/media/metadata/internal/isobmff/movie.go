package isobmff

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// What a movie needs to be played; every other box goes: udta and meta (places, makers, titles), uuid (XMP, content
// credentials), maker's own ones.
var (
	topParts = rules{
		"ftyp": neutralizeBrands,
		"styp": neutralizeBrands,
		"moov": children(0, moovParts),
		"meta": topLevelMeta,
		"moof": children(0, rules{"traf": trackFragment}.keep("mfhd")),
		"mfra": children(0, rules{"tfra": ofKeptTrack}.keep("mfro")),
	}.keep("mdat sidx ssix pdin")
	moovParts = rules{
		"mvhd": zeroDates,
		"trak": trackBox,
		"mvex": children(0, rules{}.keep("trex mehd leva trep")),
		"cmov": func(*cleaner, box) error { return edit.Unclean("its description is compressed") },
	}.keep("iods")
	trakParts = rules{
		"tkhd": zeroDates,
		"edts": children(0, rules{}.keep("elst")),
		"tapt": children(0, rules{}.keep("clef prof enof")),
		"tref": trackReferences,
		"mdia": children(0, mdiaParts),
	}
	mdiaParts = rules{
		"mdhd": zeroDates,
		"hdlr": zeroHandlerName,
		"minf": children(0, minfParts),
	}.keep("elng")
	minfParts = rules{
		"hdlr": zeroHandlerName,
		"dinf": children(0, rules{"dref": children(8, rules{"url ": blank(4, -1), "urn ": blank(4, -1), "alis": blank(4, -1)})}),
		"stbl": children(0, rules{
			"stsd": sampleDescriptions,
		}.keep("stts ctts cslg stsc stsz stz2 stco co64 stss stsh stps stdp sdtp padb sbgp sgpd subs saiz saio senc")),
	}.keep("vmhd smhd nmhd")
	trafParts = rules{}.keep("tfhd tfdt trun sdtp sbgp sgpd subs saiz saio senc")
)

// zeroHandlerName zeroes a handler's name, and what QuickTime has in the reserved place: the maker of the component.
func zeroHandlerName(c *cleaner, b box) error { return blank(12, -1)(c, b) }

// topLevelMeta treats the items of a picture; a list of tags becomes free.
func topLevelMeta(c *cleaner, b box) error {
	pictures, err := c.isImageMeta(b)
	if err != nil {
		return err
	}
	if pictures {
		return c.applyAll(b.skip(4), metaParts)
	}
	return c.free(b)
}

// trackBox keeps a track of pictures or sound.
func trackBox(c *cleaner, b box) error {
	for _, t := range c.tracks {
		if t.at == b.at && t.removed() {
			return c.free(b)
		}
	}
	return c.applyAll(b, trakParts)
}

// trackFragment keeps a fragment of a track that stays.
func trackFragment(c *cleaner, b box) error {
	head, err := c.find(b, "tfhd")
	if err != nil {
		return err
	}
	gone, err := c.ofRemovedTrack(head["tfhd"])
	if err != nil {
		return err
	}
	if gone {
		return c.free(b)
	}
	return c.applyAll(b, trafParts)
}

// ofKeptTrack keeps a box that begins with the number of a track that stays.
func ofKeptTrack(c *cleaner, b box) error {
	gone, err := c.ofRemovedTrack(b)
	if err != nil || !gone {
		return err
	}
	return c.free(b)
}

// trackReferences keeps the references of a track to others, but for those to tracks that go.
func trackReferences(c *cleaner, b box) error {
	stays := false
	err := c.each(b, func(kind box) error {
		for at := kind.body; at+4 <= kind.end; at += 4 {
			gone, err := c.removedTrackAt(at)
			if err != nil {
				return err
			}
			if gone {
				return c.free(kind)
			}
		}
		stays = stays || kind.kind != "free"
		return nil
	})
	if err != nil || stays {
		return err
	}
	return c.free(b)
}
