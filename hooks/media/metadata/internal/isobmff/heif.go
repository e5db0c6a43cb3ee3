package isobmff

import (
	"encoding/binary"
	"errors"

	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	// maxItems is more than the tiles of an image of 60 megapixels.
	maxItems = 1 << 14
	// maxExtents is how many pieces all items together may have.
	maxExtents = 1 << 16
)

// The boxes needed to show an image (ISO/IEC 23008-12): its items, their relations, and their properties except for
// texts, dates and cameras.
var metaParts = rules{
	"hdlr": zeroHandlerName,
	"iinf": zeroItemNames,
	"iprp": children(0, rules{
		"ipco": children(0, rules{"colr": cleanColours, "hvcC": cleanConfig, "lhvC": cleanLayers, "avcC": cleanConfig,
			"vvcC": cleanConfig, "av1C": cleanConfig, "auxC": cleanAuxiliary}.keep("evcC j2kH uncC cmpd cmpC icef ispe pixi pasp irot imir "+
			"clap lsel tols a1op a1lx rloc iscl clli mdcv cclv amve reve ndwt rref mskC oinf")),
	}.keep("ipma")),
	"dinf": minfParts["dinf"],
	"iref": cleanReferences,
}.keep("pitm iloc idat grpl")

// imageItems are the types of items that are coded images or derived from other images.
var imageItems = edit.SetOf("hvc1 hev1 lhv1 av01 avc1 vvc1 evc1 j2k1 unci mski grid iovl iden tmap")

// emptyEXIF is an EXIF without any fields.
var emptyEXIF = []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0}

// metaBody returns a meta box without its version and flags, which QuickTime's doesn't have.
func (c *cleaner) metaBody(b box) (box, error) {
	if b.end-b.body < 8 {
		return b.skip(4), nil
	}
	head, err := c.content(b, 8)
	if err != nil || string(head[4:]) == "hdlr" {
		return b, err
	}
	return b.skip(4), nil
}

// isImageMeta reports whether a meta box lists the items of an image.
func (c *cleaner) isImageMeta(b box) (bool, error) {
	if b.end-b.body < 24 {
		return false, nil
	}
	head, err := c.content(b, 24) // meta's version, then hdlr: header, version, reserved, handler
	if err != nil {
		return false, err
	}
	return string(head[8:12]) == "hdlr" && string(head[20:24]) == "pict", nil
}

// refuseItems refuses a list of tags whose data is elsewhere in the file. One that can't be parsed has no such data.
func (c *cleaner) refuseItems(b box) error {
	body, err := c.metaBody(b)
	if err != nil {
		return err
	}
	items := false
	err = c.each(body, func(inner box) error {
		items = items || inner.kind == "iloc"
		return nil
	})
	if items {
		return edit.Unclean("tags have data elsewhere")
	}
	if errors.Is(err, edit.ErrUnclean) {
		return nil
	}
	return err
}

// zeroItemNames zeroes the items' names and all else that describes them.
func zeroItemNames(c *cleaner, b box) error {
	own, err := c.itemListHeader(b)
	if err != nil {
		return err
	}
	return c.applyAll(b.skip(own), rules{"infe": func(c *cleaner, b box) error {
		_, kind, _, head, err := c.itemEntry(b)
		if err != nil {
			return err
		}
		if kind == itemJPEG {
			if err := c.Overwrite(b.body+head-4, []byte("Exif")); err != nil {
				return err
			}
		}
		return blank(head, -1)(c, b)
	}})
}

// itemListHeader returns the length of the fields before the first box in iinf.
func (c *cleaner) itemListHeader(b box) (int64, error) {
	version, err := c.content(b, 1)
	if err != nil {
		return 0, err
	}
	if version[0] == 0 {
		return 6, nil
	}
	return 8, nil
}

// itemEntry returns an item's ID, type and protection (0: none), and the length of the fields that hold them.
func (c *cleaner) itemEntry(b box) (id uint32, kind string, protection uint16, head int64, err error) {
	v, err := c.content(b, 8)
	if err != nil {
		return 0, "", 0, 0, err
	}
	switch v[0] {
	case 2:
		id, head = uint32(binary.BigEndian.Uint16(v[4:])), 12
	case 3:
		id, head = binary.BigEndian.Uint32(v[4:]), 14
	default:
		return uint32(binary.BigEndian.Uint16(v[4:])), "", 0, 8, nil
	}
	if v, err = c.content(b, int(head)); err != nil {
		return 0, "", 0, 0, err
	}
	return id, string(v[head-4:]), binary.BigEndian.Uint16(v[head-6:]), head, nil
}

// readItems reads the types of the items and where their lists are.
func (c *cleaner) readItems(meta box) (err error) {
	c.lists, c.items = map[string]box{}, map[uint32]string{}
	if meta.kind == "" {
		return nil
	}
	if c.lists, err = c.find(meta.skip(4), "iinf", "iloc", "idat", "iprp", "iref", "pitm"); err != nil {
		return err
	}
	list, ok := c.lists["iinf"]
	if !ok {
		return edit.Unclean("it has no list of items")
	}
	own, err := c.itemListHeader(list)
	if err != nil {
		return err
	}
	err = c.each(list.skip(own), func(b box) error {
		if b.kind != "infe" {
			return nil
		}
		id, kind, protection, _, err := c.itemEntry(b)
		if _, twice := c.items[id]; twice || len(c.items) == maxItems {
			return edit.Unclean("it has too many items, or two of one number")
		}
		c.items[id] = kind
		if err == nil && protection != 0 && imageItems[kind] {
			return errEncrypted
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.refuseUnshown()
}

// checkItem makes sure that a piece of an item's data is removed with all that is not claimed. An Exif item and a
// JPEG become an empty EXIF, as some readers insist on one that they can parse.
func (c *cleaner) checkItem(kind string, e extent) error {
	if e.external {
		return edit.Unclean("an item's data is in an unusual place")
	}
	if e.at == e.end {
		return nil
	}
	if (kind == "Exif" || kind == itemJPEG) && e.first && e.end-e.at >= int64(4+len(emptyEXIF)) {
		c.emptiedEXIF = append(c.emptiedEXIF, e.at)
	}
	if e.inIdat && !c.kept.overlap(e.span) {
		return nil
	}
	return c.refuseLost(e.span)
}
