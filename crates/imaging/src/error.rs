//! What can go wrong between a file and its pixels, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use image::ImageError;

/// Why a picture could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImagingError {
    /// The path leads to something that is not a regular file; it was not opened.
    #[error("{} is {found}, not a file with a picture", readable(path))]
    NotAFile {
        /// The path as it was given.
        path: PathBuf,
        /// What is there instead, such as "a folder".
        found: &'static str,
    },
    /// The operating system could not open or read the file.
    #[error("failed to read {}", readable(path))]
    Read {
        /// The path as it was given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is longer than the limit; it was not read.
    #[error("{} has {bytes} bytes, more than the limit of {limit}", readable(path))]
    FileTooLarge {
        /// The path as it was given.
        path: PathBuf,
        /// Length of the file.
        bytes: u64,
        /// [`Limits::max_bytes`](crate::decode::Limits::max_bytes).
        limit: u64,
    },
    /// The header announces more pixels than the limit; nothing was decoded.
    #[error(
        "{} is {width}x{height}, {} pixels, more than the limit of {limit}: shrink or crop it first, or raise the limit",
        readable(path), u64::from(*width) * u64::from(*height)
    )]
    TooManyPixels {
        /// The path as it was given.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// [`Limits::max_pixels`](crate::decode::Limits::max_pixels).
        limit: u64,
    },
    /// The decoded pixels would take more memory than the limit; nothing was decoded.
    #[error(
        "{} is {width}x{height} and decodes to {bytes} bytes, more than the limit of {limit}",
        readable(path)
    )]
    TooMuchMemory {
        /// The path as it was given.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Size of the decoded pixels.
        bytes: u64,
        /// [`Limits::max_bytes`](crate::decode::Limits::max_bytes).
        limit: u64,
    },
    /// Something in the file other than its pixels, such as a colour profile, would take too much memory.
    #[error(
        "{} holds more than pixels, and that would take too much memory: save it without metadata",
        readable(path)
    )]
    DecoderLimit {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The first bytes belong to no format that is read here.
    #[error("{} is not a picture that can be read: PNG, JPEG, BMP, WebP, TIFF and PNM can", readable(path))]
    UnknownFormat {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The picture has a side of no pixels.
    #[error("{} is {width}x{height}: there is nothing in it", readable(path))]
    Empty {
        /// The path as it was given.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The pixels are floating-point numbers, whose range no file states.
    #[error("{} holds floating-point pixels: save it with 8 or 16 bits a channel", readable(path))]
    FloatPixels {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The pixels are signed integers, of which no file says what is black.
    #[error(
        "{} holds signed integers as pixels: save it with unsigned ones of 8 or 16 bits a channel",
        readable(path)
    )]
    SignedPixels {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A TIFF is made of JPEGs, and one has more pixels than belong there; nothing was decoded.
    #[error(
        "{} holds a JPEG of {}x{} pixels where there is room for {}x{}: save it again, without compression",
        readable(path), size.0, size.1, largest.0, largest.1
    )]
    JpegInTiff {
        /// The path as it was given.
        path: PathBuf,
        /// Width and height of the JPEG in pixels.
        size: (u32, u32),
        /// The largest that may stand there.
        largest: (u32, u32),
    },
    /// The file ends before its picture does.
    #[error("{} was cut short: its end is missing", readable(path))]
    Truncated {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The file breaks the rules of its format.
    #[error("failed to decode {}", readable(path))]
    Decode {
        /// The path as it was given.
        path: PathBuf,
        /// What the decoder said.
        source: ImageError,
    },
    /// A picture that moves, of which a still one would be left.
    #[error("{} is animated, and only still pictures are enlarged", readable(path))]
    Animated {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The picture is made for print.
    #[error("{} holds CMYK pixels: convert it to RGB first", readable(path))]
    Cmyk {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The enlarged picture does not fit its format.
    #[error(
        "{} would become {width}x{height}, and a side of {format} is {limit} pixels at most: convert it to PNG first",
        readable(path)
    )]
    SideTooLong {
        /// The path as it was given.
        path: PathBuf,
        /// Name of the format.
        format: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The longest side.
        limit: usize,
    },
    /// The enlarged picture would be a file of more bytes than its format can count.
    #[error(
        "{} would become {width}x{height}, and a {format} has less than 4 GiB: convert it to PNG first",
        readable(path)
    )]
    FileTooLong {
        /// The path as it was given.
        path: PathBuf,
        /// Name of the format.
        format: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A file with a picture could not be written.
    #[error("failed to write {}", readable(path))]
    Write {
        /// The path as it was given.
        path: PathBuf,
        /// What the encoder or the operating system said.
        source: ImageError,
    },
    /// A JPEG quality outside its range.
    #[error("a JPEG quality is 1 to 100, got {quality}")]
    JpegQuality {
        /// The quality that was asked for.
        quality: u8,
    },
    /// The picture cannot be held by the format, for example because a side is too long for it.
    #[error("failed to encode a {width}x{height} picture as {format}")]
    Encode {
        /// Name of the format.
        format: &'static str,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// What the encoder said.
        source: ImageError,
    },
    /// Words could not be put beside the pixels of a PNG.
    #[error("failed to encode a {width}x{height} picture with notes as PNG: {reason}")]
    Note {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// What the encoder said.
        reason: String,
    },
}

/// A path as text for one line of a terminal, which differs where the path differs: control characters are escaped, and
/// bytes that are no UTF-8 are written as `\xff`.
pub fn readable(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() { text.extend(letter.escape_default()) } else { text.push(letter) }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_line_that_commands_no_terminal() {
        assert_eq!(readable(Path::new("a bird/ü.png")), "a bird/ü.png");
        let path = PathBuf::from("a\x1b[31m\nb\u{9b}.png");
        let said = r"a\u{1b}[31m\nb\u{9b}.png";
        assert_eq!(
            ImagingError::Truncated { path }.to_string(),
            format!("{said} was cut short: its end is missing")
        );
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            assert_eq!(readable(Path::new(std::ffi::OsStr::from_bytes(b"\xFF.png"))), r"\xff.png");
        }
    }
}
