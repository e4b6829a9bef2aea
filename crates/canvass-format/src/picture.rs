//! Pictures people upload: this file is about making a logo out of one, so that no byte of theirs is served.
//!
//! What a file is, its first bytes say, never its name. It is decoded within limits, turned the way its camera was held,
//! scaled down and written anew as PNG: whatever was hidden in it is gone.

#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbaImage, imageops::FilterType,
};

/// The most bytes an upload may have.
pub const BYTES_MAX: usize = 2 * 1024 * 1024;
/// The most pixels it may be wide or high.
pub const SIDE_MAX: u32 = 4_096;
/// Memory a decoder may take: a picture of the largest size with 8 bits a channel, and half as much again to work in.
const MEMORY_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// What a logo is scaled down to: twice what pages show, for screens with fine pixels.
pub(crate) const LOGO_WIDTH_MAX: u32 = 800;
pub(crate) const LOGO_HEIGHT_MAX: u32 = 192;

/// A logo: a PNG we made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    png: Vec<u8>,
    width: u32,
    height: u32,
}

/// Why a picture was refused, worded for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No file was chosen.
    #[error("Choose a picture first")]
    Empty,
    /// More bytes than are taken.
    #[error("The picture has more than {} MB; make it smaller", BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// More pixels than are taken.
    #[error("The picture is {width} by {height} pixels; {SIDE_MAX} by {SIDE_MAX} is the most")]
    TooWide {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// A drawing, which [`drawing`](crate::drawing) makes a picture of first.
    #[error("This is an SVG drawing, and no picture yet; save the logo as PNG")]
    Drawing,
    /// A picture of a kind that is not taken.
    #[error("This is a {0} file; save the logo as PNG, JPEG, WebP or SVG")]
    OtherKind(&'static str),
    /// No picture at all.
    #[error("This is no picture that is known here; save the logo as PNG, JPEG, WebP or SVG")]
    Unknown,
    /// A picture that ends too early or was changed.
    #[error("The picture is damaged or incomplete; save it again and choose the new file")]
    Damaged,
    /// A picture that would take too much memory.
    #[error("The picture takes too much memory to read; save it with 8 bits per colour, or smaller")]
    TooDeep,
}

/// Makes a logo out of an uploaded file. Takes up to a second for the largest pictures and about 250 MB of memory: not for
/// a thread that others wait for, and not many at once.
pub fn logo(bytes: &[u8]) -> Result<Logo, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if BYTES_MAX < bytes.len() {
        return Err(Refusal::TooLarge);
    }
    let picture = decode(bytes, kind(bytes)?)?;
    let (width, height) = (picture.width(), picture.height());
    if width == 0 || height == 0 {
        return Err(Refusal::Damaged);
    }
    let picture = shrink(picture.into_rgba8());
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| Refusal::Damaged)?;
    Ok(Logo { width: picture.width(), height: picture.height(), png: png.into_inner() })
}

/// Whether a file is taken for SVG, which [`drawing`](crate::drawing) makes a picture of: markup, not too large, in which the
/// element stands near the beginning.
pub fn is_drawing(bytes: &[u8]) -> bool {
    /// Declarations and comments in front of it are short.
    const HEAD_BYTES_MAX: usize = 4 * 1024;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES_MAX)]).to_ascii_lowercase();
    bytes.len() <= BYTES_MAX
        && head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<')
        && head.contains("<svg")
}

/// What a file is, by its first bytes.
fn kind(bytes: &[u8]) -> Result<ImageFormat, Refusal> {
    match image::guess_format(bytes) {
        Ok(kind @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => Ok(kind),
        Ok(ImageFormat::Gif) => Err(Refusal::OtherKind("GIF")),
        Ok(ImageFormat::Bmp) => Err(Refusal::OtherKind("BMP")),
        Ok(ImageFormat::Ico) => Err(Refusal::OtherKind("ICO")),
        Ok(ImageFormat::Tiff) => Err(Refusal::OtherKind("TIFF")),
        Ok(ImageFormat::Avif) => Err(Refusal::OtherKind("AVIF")),
        Err(_) if is_drawing(bytes) => Err(Refusal::Drawing),
        Err(_) if bytes.starts_with(b"%PDF") => Err(Refusal::OtherKind("PDF")),
        Ok(_) | Err(_) => Err(Refusal::Unknown),
    }
}

fn decode(bytes: &[u8], kind: ImageFormat) -> Result<DynamicImage, Refusal> {
    if kind == ImageFormat::Jpeg && !is_whole_jpeg(bytes) {
        return Err(Refusal::Damaged);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|it| refused(&it))?;
    let (width, height) = decoder.dimensions();
    if SIDE_MAX < width || SIDE_MAX < height {
        return Err(Refusal::TooWide { width, height });
    }
    if MEMORY_BYTES_MAX < decoder.total_bytes() {
        return Err(Refusal::TooDeep);
    }
    let orientation = decoder.orientation().map_err(|it| refused(&it))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|it| refused(&it))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn refused(error: &ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooDeep,
        _ => Refusal::Damaged,
    }
}

/// Whether a JPEG has its end after the last scan: decoders fill what is missing with grey.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|it| it == marker);
    matches!((last([0xff, 0xda]), last([0xff, 0xd9])), (Some(scan), Some(end)) if scan < end)
}

/// A picture no larger than a logo is. Colours weigh as much as they are opaque, so that edges get no fringe.
fn shrink(mut picture: RgbaImage) -> RgbaImage {
    let (width, height) = picture.dimensions();
    if width <= LOGO_WIDTH_MAX && height <= LOGO_HEIGHT_MAX {
        return picture;
    }
    for pixel in picture.pixels_mut() {
        let [.., alpha] = pixel.0;
        for part in &mut pixel.0[..3] {
            *part = byte(u32::from(*part) * u32::from(alpha) / 255);
        }
    }
    let scale = (f64::from(LOGO_WIDTH_MAX) / f64::from(width)).min(f64::from(LOGO_HEIGHT_MAX) / f64::from(height));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than the picture's own side")]
    let side = |it: u32| ((f64::from(it) * scale).round() as u32).max(1);
    let mut small = image::imageops::resize(&picture, side(width), side(height), FilterType::CatmullRom);
    for pixel in small.pixels_mut() {
        let [.., alpha] = pixel.0;
        if alpha != 0 {
            for part in &mut pixel.0[..3] {
                *part = byte((u32::from(*part) * 255 / u32::from(alpha)).min(255));
            }
        }
    }
    small
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

impl Logo {
    /// The PNG.
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// Its width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Its height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }
}

impl Refusal {
    /// A short stable name, for tests and programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::TooWide { .. } => "too-wide",
            Self::Drawing => "drawing",
            Self::OtherKind(_) => "other-kind",
            Self::Unknown => "unknown",
            Self::Damaged => "damaged",
            Self::TooDeep => "too-deep",
        }
    }
}
