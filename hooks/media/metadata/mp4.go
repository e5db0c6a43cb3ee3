package metadata

// What a movie needs to be played; every other box goes: udta and meta (places, makers, titles), uuid (XMP, content
// credentials), maker's own ones.
var (
	topParts = rules{
		"ftyp": brands,
		"styp": brands,
		"moov": inside(0, moovParts),
		"meta": topMeta,
		"moof": inside(0, rules{"traf": fragment}.kept("mfhd")),
		"mfra": inside(0, rules{"tfra": forTrack}.kept("mfro")),
	}.kept("mdat sidx ssix pdin")
	moovParts = rules{
		"mvhd": dates,
		"trak": wholeTrack,
		"mvex": inside(0, rules{}.kept("trex mehd leva trep")),
		"cmov": func(*iso, box) error { return unclean("its description is compressed") },
	}.kept("iods")
	trakParts = rules{
		"tkhd": dates,
		"edts": inside(0, rules{}.kept("elst")),
		"tapt": inside(0, rules{}.kept("clef prof enof")),
		"tref": references,
		"mdia": inside(0, mdiaParts),
	}
	mdiaParts = rules{
		"mdhd": dates,
		"hdlr": handlerName,
		"minf": inside(0, minfParts),
	}.kept("elng")
	minfParts = rules{
		"hdlr": handlerName,
		"dinf": inside(0, rules{"dref": inside(8, rules{"url ": blank(4, -1), "urn ": blank(4, -1), "alis": blank(4, -1)})}),
		"stbl": inside(0, rules{
			"stsd": descriptions,
		}.kept("stts ctts cslg stsc stsz stz2 stco co64 stss stsh stps stdp sdtp padb sbgp sgpd subs saiz saio senc")),
	}.kept("vmhd smhd nmhd")
	trafParts = rules{}.kept("tfhd tfdt trun sdtp sbgp sgpd subs saiz saio senc")
)

// handlerName zeroes a handler's name, and what QuickTime has in the reserved place: the maker of the component.
func handlerName(c *iso, b box) error { return blank(12, -1)(c, b) }

// topMeta treats the items of a picture; a list of tags becomes free.
func topMeta(c *iso, b box) error {
	pictures, err := c.pictures(b)
	if err != nil {
		return err
	}
	if pictures {
		return c.inside(b.past(4), metaParts)
	}
	return c.release(b)
}

// wholeTrack keeps a track of pictures or sound.
func wholeTrack(c *iso, b box) error {
	for _, t := range c.tracks {
		if t.at == b.at && t.doomed() {
			return c.release(b)
		}
	}
	return c.inside(b, trakParts)
}

// fragment keeps a fragment of a track that stays.
func fragment(c *iso, b box) error {
	head, err := c.find(b, "tfhd")
	if err != nil {
		return err
	}
	gone, err := c.ofDoomed(head["tfhd"])
	if err != nil {
		return err
	}
	if gone {
		return c.release(b)
	}
	return c.inside(b, trafParts)
}

// forTrack keeps a box that begins with the number of a track that stays.
func forTrack(c *iso, b box) error {
	gone, err := c.ofDoomed(b)
	if err != nil || !gone {
		return err
	}
	return c.release(b)
}

// references keeps the references of a track to others, but for those to tracks that go.
func references(c *iso, b box) error {
	stays := false
	err := c.each(b, func(kind box) error {
		for at := kind.body; at+4 <= kind.end; at += 4 {
			gone, err := c.goneAt(at)
			if err != nil {
				return err
			}
			if gone {
				return c.release(kind)
			}
		}
		stays = stays || kind.kind != "free"
		return nil
	})
	if err != nil || stays {
		return err
	}
	return c.release(b)
}
