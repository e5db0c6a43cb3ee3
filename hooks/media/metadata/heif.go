package metadata

import (
	"encoding/binary"
	"errors"
)

const (
	// maxItems is more items than a picture of 60 megapixels has tiles.
	maxItems = 1 << 14
	// maxExtents is how many pieces the items may have together.
	maxExtents = 1 << 16
)

// What a picture needs (ISO/IEC 23008-12): its items, how they belong together, and their properties but for texts,
// dates and cameras.
var metaParts = rules{
	"hdlr": handlerName,
	"iinf": itemList,
	"iprp": inside(0, rules{
		"ipco": inside(0, rules{}.kept("hvcC av1C avcC vvcC lhvC evcC j2kH uncC cmpd cmpC icef ispe pixi colr pasp irot imir "+
			"clap auxC lsel tols a1op a1lx rloc iscl clli mdcv cclv amve reve ndwt rref mskC oinf")),
	}.kept("ipma")),
	"dinf": minfParts["dinf"],
}.kept("pitm iloc iref idat grpl")

// pictureItems are the types of items that are pictures or say how to put them together.
var pictureItems = setOf("hvc1 hev1 lhv1 av01 avc1 vvc1 evc1 j2k1 unci mski grid iovl iden tmap")

// metaBody is a box meta without its version, which QuickTime's has not.
func (c *iso) metaBody(b box) (box, error) {
	if b.end-b.body < 8 {
		return b.past(4), nil
	}
	head, err := c.content(b, 8)
	if err != nil || string(head[4:]) == "hdlr" {
		return b, err
	}
	return b.past(4), nil
}

// pictures tells whether a box meta lists the items of a picture.
func (c *iso) pictures(b box) (bool, error) {
	if b.end-b.body < 24 {
		return false, nil
	}
	head, err := c.content(b, 24) // hdlr stands first: version, header, version, nothing, handler
	if err != nil {
		return false, err
	}
	return string(head[8:12]) == "hdlr" && string(head[20:24]) == "pict", nil
}

// noItems refuses a list of tags that has data elsewhere in the file. One that can't be read has none.
func (c *iso) noItems(b box) error {
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
		return unclean("tags have data elsewhere")
	}
	if errors.Is(err, ErrUnclean) {
		return nil
	}
	return err
}

// itemList zeroes the items' names and what else describes them.
func itemList(c *iso, b box) error {
	own, err := c.itemListHead(b)
	if err != nil {
		return err
	}
	return c.inside(b.past(own), rules{"infe": func(c *iso, b box) error {
		_, _, head, err := c.item(b)
		if err != nil {
			return err
		}
		return blank(head, -1)(c, b)
	}})
}

// itemListHead is how long the head of a box iinf is.
func (c *iso) itemListHead(b box) (int64, error) {
	version, err := c.content(b, 1)
	if err != nil {
		return 0, err
	}
	if version[0] == 0 {
		return 6, nil
	}
	return 8, nil
}

// item is an item's number and type, and how much of its box they take.
func (c *iso) item(b box) (id uint32, kind string, head int64, err error) {
	v, err := c.content(b, 8)
	if err != nil {
		return 0, "", 0, err
	}
	switch v[0] {
	case 2:
		id, head = uint32(binary.BigEndian.Uint16(v[4:])), 12
	case 3:
		id, head = binary.BigEndian.Uint32(v[4:]), 14
	default:
		return uint32(binary.BigEndian.Uint16(v[4:])), "", 8, nil
	}
	if v, err = c.content(b, int(head)); err != nil {
		return 0, "", 0, err
	}
	return id, string(v[head-4:]), head, nil
}

// readItems dooms the data of all items that are no pictures; kinds are the types of all.
func (c *iso) readItems(meta box) (kinds map[uint32]string, err error) {
	if meta.kind == "" {
		return nil, nil
	}
	lists, err := c.find(meta.past(4), "iinf", "iloc", "idat")
	if err != nil {
		return nil, err
	}
	kinds = map[uint32]string{}
	list, ok := lists["iinf"]
	if !ok {
		return nil, unclean("it has no list of items")
	}
	own, err := c.itemListHead(list)
	if err != nil {
		return nil, err
	}
	err = c.each(list.past(own), func(b box) error {
		if b.kind != "infe" {
			return nil
		}
		id, kind, _, err := c.item(b)
		if _, twice := kinds[id]; twice || len(kinds) == maxItems {
			return unclean("it has too many items, or two of one number")
		}
		kinds[id] = kind
		if err == nil && kind == "jpeg" {
			return pictureFiles(kind)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return kinds, c.eachExtent(lists["iloc"], lists["idat"], func(id uint32, e extent) error {
		if pictureItems[kinds[id]] {
			return nil
		}
		return c.doomItem(kinds[id], e)
	})
}

// doomItem dooms a piece of an item's data.
func (c *iso) doomItem(kind string, e extent) error {
	if e.elsewhere {
		return unclean("an item's data is in an unusual place")
	}
	if e.at == e.end {
		return nil
	}
	if kind == "Exif" && e.first && e.end-e.at >= int64(4+len(exifNothing)) {
		c.emptied = append(c.emptied, e.at)
	}
	if e.inList {
		c.doomed = append(c.doomed, e.span)
		return nil
	}
	return c.add(e.span)
}

// eachPicture calls do for the data of items that are pictures.
func (c *iso) eachPicture(meta box, kinds map[uint32]string, do func(span) error) error {
	if meta.kind == "" {
		return nil
	}
	lists, err := c.find(meta.past(4), "iloc", "idat")
	if err != nil {
		return err
	}
	return c.eachExtent(lists["iloc"], lists["idat"], func(id uint32, e extent) error {
		if e.elsewhere || !pictureItems[kinds[id]] {
			return nil
		}
		return do(e.span)
	})
}
