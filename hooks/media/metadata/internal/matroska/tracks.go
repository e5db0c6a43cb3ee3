package matroska

import (
	"encoding/binary"
	"strings"

	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/media/metadata/internal/codec"
	"github.com/privet/privet/hooks/media/metadata/internal/edit"
)

const (
	idTrackEntry   = 0xae
	idTrackNumber  = 0xd7
	idTrackType    = 0x83
	idCodecID      = 0x86
	idCodecPrivate = 0x63a2
	idVideo        = 0xe0
	idAudio        = 0xe1
	idMapping      = 0x41e4
	idPixelWidth   = 0xb0
	idPixelHeight  = 0xba
	idEncodings    = 0x6d80
	idEncryption   = 0x5035

	typeVideo = 1
	typeAudio = 2

	// maxTracks is more tracks than a video has.
	maxTracks = 128
)

var (
	// Number, UID, type, flags, caches, durations, offsets, language, codec, delays, video, audio, operations,
	// encodings.
	trackKept = idSet(idTrackNumber, 0x73c5, idTrackType, 0xb9, 0x88, 0x55aa, 0x55ab, 0x55ac, 0x55ad, 0x55ae, 0x55af, 0x9c,
		0x6de7, 0x6df8, 0x23e383, 0x234e7a, 0x23314f, 0x537f, 0x55ee, idMapping, 0x22b59c, 0x22b59d, idCodecID, idCodecPrivate,
		0x56aa, 0x56bb, idVideo, idAudio, 0xe2, idEncodings)
	// Interlacing, stereo, alpha, sizes, crops, aspect, colour space, gamma, rate, colours, projection.
	videoKept = idSet(0x9a, 0x9d, 0x53b8, 0x53b9, 0x53c0, 0xb0, 0xba, 0x54aa, 0x54bb, 0x54cc, 0x54dd, 0x54b0, 0x54ba, 0x54b2,
		0x54b3, 0x2eb524, 0x2fb523, 0x2383e3, 0x55b0, 0x7670)
	// Sampling rates, channels, their positions, bit depth, emphasis.
	audioKept = idSet(0xb5, 0x78b5, 0x9f, 0x7d7b, 0x6264, 0x52f1)
	// ID value, type, extra data; not the name.
	mappingKept = idSet(0x41f0, 0x41e7, 0x41ed)
)

// codedAs are the formats whose coded pictures can hold metadata, windowsCodes those that Windows' description of a format
// names by their FourCC, in upper case, with start codes in place of lengths.
var (
	codedAs = map[string]codec.Format{"V_MPEG4/ISO/AVC": codec.AVC, "V_MPEGH/ISO/HEVC": codec.HEVC, "V_MPEGI/ISO/VVC": codec.VVC,
		"V_AV1": codec.AV1}
	windowsCodes = map[string]codec.Format{
		"H264": codec.AVC, "X264": codec.AVC, "AVC1": codec.AVC, "DAVC": codec.AVC, "VSSH": codec.AVC, "Q264": codec.AVC, "V264": codec.AVC,
		"HEVC": codec.HEVC, "HVC1": codec.HEVC, "HEV1": codec.HEVC, "H265": codec.HEVC, "X265": codec.HEVC,
		"VVC1": codec.VVC, "H266": codec.VVC, "AV01": codec.AV1,
		"DVSD": codec.DV, "DVHD": codec.DV, "DVSL": codec.DV, "DV25": codec.DV, "DV50": codec.DV, "DVIS": codec.DV, "DVCP": codec.DV,
		"DVH1": codec.DV, "DVCS": codec.DV, "CDVC": codec.DV, "CDVH": codec.DV, "CDV5": codec.DV, "PDVC": codec.DV, "DV1N": codec.DV, "DV1P": codec.DV,
		"SL25": codec.DV, "SLDV": codec.DV, "IPDV": codec.DV, "AVD1": codec.DV, "DVPP": codec.DV, "DV5N": codec.DV, "DV5P": codec.DV,
	}
)

const (
	// windowsCodec begins the name of a format that Windows' description of it names.
	windowsCodec = "V_MS/VFW/FOURCC"
	// windowsHeader is the length of that description (BITMAPINFOHEADER).
	windowsHeader = 40
)

// tracks cleans the list of tracks, of which only video and audio are kept.
func (m *cleaner) tracks(e element) error {
	return m.each(e, func(entry element) error {
		if entry.id != idTrackEntry {
			return m.void(entry)
		}
		var number, kind uint64
		var codecID string
		var private element
		encoded, encrypted := false, false
		err := m.each(entry, func(inner element) (err error) {
			switch inner.id {
			case idTrackNumber:
				number, err = m.uint(inner)
			case idTrackType:
				kind, err = m.uint(inner)
			case idEncodings:
				encoded = true
				encrypted, err = m.isEncrypted(inner)
			case idCodecPrivate:
				private = inner
			case idCodecID:
				var b []byte
				b, err = m.Bytes(inner.body, int(min(inner.end-inner.body, 32)))
				codecID = strings.TrimRight(string(b), "\x00")
				if strings.HasPrefix(codecID, "V_MJPEG") || strings.HasPrefix(codecID, "V_QUICKTIME") {
					return codec.RefuseImageFiles(codecID)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		m.hasTracks = true
		m.hasVideo = m.hasVideo || kind == typeVideo
		if kind == typeVideo || kind == typeAudio {
			if encrypted {
				return errEncrypted
			}
			format := codedAs[codecID]
			if strings.HasPrefix(codecID, windowsCodec) && private.end-private.body >= 20 {
				if format, err = m.windowsFormat(private); err != nil {
					return err
				}
			}
			if encoded && format != codec.Other {
				return edit.Unclean("its pictures are compressed once more")
			}
			if format != codec.Other {
				m.streams[number] = &codec.Stream{View: &m.View, Format: format, Width: 4, Units: m.units}
			}
			return m.track(entry, codecID, m.streams[number])
		}
		if m.sawCluster {
			return edit.Unclean("a track to remove is described after its data")
		}
		if len(m.removed) == maxTracks {
			return edit.Unclean("it has too many tracks")
		}
		m.removed[number] = true
		return m.void(entry)
	})
}

// isEncrypted reports whether the encodings of a track's blocks include an encryption.
func (m *cleaner) isEncrypted(encodings element) (encrypted bool, err error) {
	err = m.each(encodings, func(encoding element) error {
		return m.each(encoding, func(inner element) error {
			encrypted = encrypted || inner.id == idEncryption
			return nil
		})
	})
	return encrypted, err
}

// track keeps the elements needed to decode a track.
func (m *cleaner) track(entry element, codecID string, stream *codec.Stream) error {
	return m.each(entry, func(e element) error {
		switch {
		case !trackKept[e.id]:
			return m.void(e)
		case e.id == idVideo:
			return m.video(e)
		case e.id == idAudio:
			return m.keepOnly(e, audioKept)
		case e.id == idMapping:
			return m.keepOnly(e, mappingKept)
		case e.id == idCodecPrivate && stream != nil:
			at := e.body
			if strings.HasPrefix(codecID, windowsCodec) {
				at = min(at+windowsHeader, e.end)
			}
			if err := stream.ReadWidth(&m.View, at, e.end); err != nil {
				return err
			}
			return stream.Config(at, e.end)
		case e.id == idCodecPrivate && (codecID == "A_VORBIS" || codecID == "V_THEORA"):
			return m.emptyXiphComments(e, codecID == "A_VORBIS")
		case e.id == idCodecPrivate && codecID == "A_FLAC":
			return codec.PadFLAC(&m.View, e.body+4, e.end)
		}
		return nil
	})
}

// video keeps what is needed to show pictures, and refuses pictures so large that nothing shows them.
func (m *cleaner) video(e element) error {
	size := map[uint32]uint64{}
	err := m.each(e, func(inner element) (err error) {
		switch inner.id {
		case idPixelWidth, idPixelHeight:
			size[inner.id], err = m.uint(inner)
		}
		return err
	})
	if err != nil {
		return err
	}
	if width, height := size[idPixelWidth], size[idPixelHeight]; height > 0 && width > mediatype.MaxPhotoPixels/height {
		return edit.Unclean("it has %d x %d pixels", width, height)
	}
	return m.keepOnly(e, videoKept)
}

// windowsFormat returns the format of coded pictures by the FourCC in Windows' description of it, and refuses image files.
func (m *cleaner) windowsFormat(e element) (codec.Format, error) {
	b, err := m.Bytes(e.body+16, 4)
	if err != nil {
		return codec.Other, err
	}
	code := string(b)
	if codec.IsImageFile(code) {
		return codec.Other, codec.RefuseImageFiles(code)
	}
	return windowsCodes[strings.ToUpper(code)], nil
}

// emptyXiphComments empties the comments, which are the second of three consecutive headers (RFC 9559, section 6.7).
func (m *cleaner) emptyXiphComments(e element, vorbis bool) error {
	at := e.body + 1
	var lengths [2]int64
	for i := range lengths {
		for more := true; more; at++ {
			if at >= e.end {
				return edit.Unclean("a codec's headers are cut off")
			}
			b, err := m.Bytes(at, 1)
			if err != nil {
				return err
			}
			lengths[i] += int64(b[0])
			more = b[0] == 255
		}
	}
	at += lengths[0] + 7 // the packet type and signature of the comment header
	rest := lengths[1] - 7 - 8
	if vorbis {
		rest-- // Vorbis ends it with a framing bit
	}
	if rest < 0 || at+8+rest > e.end {
		return edit.Unclean("a codec's headers are cut off")
	}
	// A vendor string of zeros that takes all the space there was, and no comments.
	if err := m.Overwrite(at, binary.LittleEndian.AppendUint32(nil, uint32(rest))); err != nil {
		return err
	}
	if err := m.Zero(at+4, rest); err != nil {
		return err
	}
	return m.Zero(at+4+rest, 4)
}
