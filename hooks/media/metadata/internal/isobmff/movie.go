package isobmff

import "github.com/privet/privet/hooks/media/metadata/internal/edit"

// The boxes needed to play a movie. Every other box is freed: udta and meta (places, devices, titles), uuid (XMP,
// content credentials), vendors' own ones.
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
		"pssh": func(*cleaner, box) error { return errEncrypted },
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
		"dinf": children(0, rules{
			"dref": children(8, rules{"url ": blank(4, -1), "urn ": blank(4, -1), "alis": blank(4, -1)}),
		}),
		"stbl": children(0, rules{
			"stsd": sampleDescriptions,
		}.keep("stts ctts cslg stsc stsz stz2 stco co64 stss stsh stps stdp sdtp padb sbgp sgpd subs")),
	}.keep("vmhd smhd nmhd")
	trafParts = rules{}.keep("tfhd tfdt trun sdtp sbgp sgpd subs")
)

// zeroHandlerName zeroes a handler's name and the reserved fields, where QuickTime has the component's manufacturer.
func zeroHandlerName(c *cleaner, b box) error { return blank(12, -1)(c, b) }

// topLevelMeta cleans a list of image items and frees a list of tags.
func topLevelMeta(c *cleaner, b box) error {
	images, err := c.isImageMeta(b)
	if err != nil {
		return err
	}
	if images {
		return c.applyAll(b.skip(4), metaParts)
	}
	return c.free(b)
}

// trackBox cleans a video or audio track and frees any other.
func trackBox(c *cleaner, b box) error {
	for _, t := range c.tracks {
		if t.at == b.at && t.removed() {
			return c.free(b)
		}
	}
	return c.applyAll(b, trakParts)
}

// trackFragment cleans a fragment of a kept track and frees one of a removed track.
func trackFragment(c *cleaner, b box) error {
	head, err := c.fragmentHeader(b)
	if err != nil {
		return err
	}
	removed, err := c.ofRemovedTrack(head)
	if err != nil {
		return err
	}
	if removed {
		return c.free(b)
	}
	return c.applyAll(b, trafParts)
}

// ofKeptTrack keeps a full box that begins with the ID of a kept track, and frees one of a removed track.
func ofKeptTrack(c *cleaner, b box) error {
	removed, err := c.ofRemovedTrack(b)
	if err != nil || !removed {
		return err
	}
	return c.free(b)
}

// trackReferences frees a track's references to removed tracks, and the whole box when no other are left.
func trackReferences(c *cleaner, b box) error {
	keep := false
	err := c.each(b, func(kind box) error {
		for at := kind.body; at+4 <= kind.end; at += 4 {
			removed, err := c.removedTrackAt(at)
			if err != nil {
				return err
			}
			if removed {
				return c.free(kind)
			}
		}
		keep = keep || kind.kind != "free"
		return nil
	})
	if err != nil || keep {
		return err
	}
	return c.free(b)
}
