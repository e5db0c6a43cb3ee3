package oracle

import (
	"fmt"
	"regexp"
	"strings"
)

// Harmless reports whether a tag may remain, with its value: it is of the file's format or its colours alone, or says
// nothing as it is empty or zero.
func Harmless(tag string, value any) bool {
	group, name, found := strings.Cut(tag, ":")
	if !found {
		group, name = "", tag
	}
	if strings.HasPrefix(group, "Track") {
		group = "Track"
	}
	text := fmt.Sprint(value)
	if group+":"+name == "PNG:ProfileName" { // which must not be empty
		return text == "ICC"
	}
	return harmless.MatchString(group+":"+name) || text == "" || strings.Contains(text, "0") && strings.Trim(text, "0:. ") == "" && text != "0"
}

// harmless are the tags that may remain: the type of the file, sizes, colours and codecs. Any other fails the test.
var harmless = regexp.MustCompile(`^:SourceFile$|^(` + strings.Join([]string{
	`ExifTool:ExifToolVersion`,
	`System:(FileName|Directory|FileSize|FileModifyDate|FileAccessDate|FileInodeChangeDate|FilePermissions)`,
	`Composite:(Megapixels|ImageSize|Rotation|AvgBitrate)`,
	`File:(FileType|FileTypeExtension|MIMEType|ImageWidth|ImageHeight|BitsPerSample|ColorComponents|EncodingProcess|YCbCrSubSampling|ExifByteOrder)`,
	`IFD0:Orientation`,
	`JFIF:(JFIFVersion|ResolutionUnit|XResolution|YResolution)`,
	`Adobe:(DCTEncodeVersion|APP14Flags0|APP14Flags1|ColorTransform)`,
	`PNG(-pHYs|-cHRM)?:(ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace|PixelsPerUnitX|PixelsPerUnitY|PixelUnits|` +
		`AnimationFrames|AnimationPlays|Gamma|SRGBRendering|Palette|Transparency|BackgroundColor|SignificantBits|` +
		`WhitePointX|WhitePointY|RedX|RedY|GreenX|GreenY|BlueX|BlueY)`,
	`GIF:(GIFVersion|ImageWidth|ImageHeight|HasColorMap|ColorResolutionDepth|BitsPerPixel|BackgroundColor|AnimationIterations|FrameCount|Duration|` +
		`TransparentColor|PixelAspectRatio)`,
	`RIFF:(VP8Version|ImageWidth|ImageHeight|HorizontalScale|VerticalScale|AlphaIsUsed|WebP_Flags|BackgroundColor|AnimationLoopCount|` +
		`FrameCount|Duration|AlphaPreprocessing|AlphaFiltering|AlphaCompression)`,
	`(QuickTime|Meta):(MajorBrand|MinorVersion|CompatibleBrands|HandlerType|PrimaryItemReference|MediaDataSize|MediaDataOffset|` +
		`MovieHeaderVersion|TimeScale|Duration|PreferredRate|PreferredVolume|MatrixStructure|PreviewTime|PreviewDuration|PosterTime|` +
		`SelectionTime|SelectionDuration|CurrentTime|NextTrackID|ImageSpatialExtent|ImagePixelDepth|ColorProfiles|ColorPrimaries|` +
		`TransferCharacteristics|MatrixCoefficients|VideoFullRangeFlag|ImageWidth|ImageHeight|HEVCConfigurationVersion|GeneralProfileSpace|` +
		`GeneralTierFlag|GeneralProfileIDC|GenProfileCompatibilityFlags|ConstraintIndicatorFlags|GeneralLevelIDC|MinSpatialSegmentationIDC|` +
		`ParallelismType|ChromaFormat|BitDepthLuma|BitDepthChroma|AverageFrameRate|ConstantFrameRate|NumTemporalLayers|TemporalIDNested|` +
		`AV1ConfigurationVersion|ChromaSamplePosition|MovieFragmentSequence|MetaImageSize|CleanAperture|Rotation)`,
	`Track:(TrackHeaderVersion|OtherFormat|TrackID|TrackDuration|TrackLayer|TrackVolume|MatrixStructure|ImageWidth|ImageHeight|MediaHeaderVersion|` +
		`MediaTimeScale|MediaDuration|MediaLanguageCode|HandlerType|HandlerClass|GraphicsMode|OpColor|CompressorID|SourceImageWidth|` +
		`SourceImageHeight|XResolution|YResolution|BitDepth|PixelAspectRatio|VideoFrameRate|Balance|AudioFormat|AudioChannels|` +
		`AudioBitsPerSample|AudioSampleRate|BufferSize|MaxBitrate|AverageBitrate|LayoutFlags|PurchaseFileFormat|ColorProfiles|` +
		`ColorPrimaries|TransferCharacteristics|MatrixCoefficients|VideoFullRangeFlag|TrackNumber|TrackUID|TrackType|TrackLanguage|` +
		`TrackDefault|CodecID|VideoScanType|VideoFieldOrder|DefaultDuration|DisplayWidth|DisplayHeight|DisplayUnit|` +
		`CodecDelay|SeekPreRoll|SamplesPerFrame|Duration)`,
	`ICC-header\d*:(CMMFlags|ColorSpaceData|ConnectionSpaceIlluminant|DeviceAttributes|ProfileClass|ProfileConnectionSpace|` +
		`ProfileFileSignature|ProfileVersion|RenderingIntent)`,
	`ICC_Profile\d*:(AToB\d|BToA\d|DToB\d|BToD\d|ChromaticAdaptation|Media(White|Black)Point|(Red|Green|Blue)(MatrixColumn|TRC)|GrayTRC|Gamut|` +
		`ColorimetricIntentImageState|ProfileDescription|ProfileCopyright)`,
	`Matroska:(EBMLVersion|EBMLReadVersion|DocType|DocTypeVersion|DocTypeReadVersion|TimecodeScale|Duration|MuxingApp|WritingApp)`,
}, "|") + `)$`)
