//! Whether a JPEG was cut short, which its decoder does not say: it paints what is missing grey.

use std::io::{self, BufRead};

/// The marker after which the pixels of a scan follow.
const START_OF_SCAN: u8 = 0xDA;
/// The marker at the end of a picture.
const END_OF_IMAGE: u8 = 0xD9;

/// Whether an end marker follows the last scan.
///
/// Within a scan 0xFF is always followed by 0, so what looks like a marker there is one. Bytes after the picture, which
/// cameras like to add, do no harm.
pub(crate) fn is_whole(mut jpeg: impl BufRead) -> io::Result<bool> {
    let mut ended = false;
    let mut after_ff = false;
    loop {
        let bytes = jpeg.fill_buf()?;
        if bytes.is_empty() {
            return Ok(ended);
        }
        for &byte in bytes {
            match byte {
                END_OF_IMAGE if after_ff => ended = true,
                START_OF_SCAN if after_ff => ended = false,
                _ => {}
            }
            after_ff = byte == 0xFF;
        }
        let len = bytes.len();
        jpeg.consume(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_is_whole_when_an_end_follows_its_last_scan() {
        assert!(is_whole(&b"\xFF\xD8\xFF\xDA12\xFF\x003\xFF\xD9"[..]).unwrap());
        assert!(is_whole(&b"\xFF\xD8\xFF\xDA12\xFF\xDA3\xFF\xD9camera"[..]).unwrap());
        assert!(!is_whole(&b"\xFF\xD8\xFF\xDA12\xFF\x003"[..]).unwrap());
        assert!(!is_whole(&b"\xFF\xD8thumbnail\xFF\xD9\xFF\xDA12\xFF"[..]).unwrap());
    }
}
