//! Whether a JPEG was cut short, which its decoder does not say: it paints what is missing grey.

use std::io::{self, BufRead, Read};

/// The marker after which the pixels of a scan follow.
const START_OF_SCAN: u8 = 0xDA;
/// The marker at the end of a picture.
const END_OF_IMAGE: u8 = 0xD9;
/// The marker at its beginning.
const START_OF_IMAGE: u8 = 0xD8;

/// Whether an end marker follows the scans.
///
/// Segments are skipped by their lengths, so a thumbnail within one is none of the picture's. Bytes after the picture, which
/// cameras like to add, even whole films and pictures, are not looked at.
pub(crate) fn is_whole(mut jpeg: impl BufRead) -> io::Result<bool> {
    let mut has_scan = false;
    while let Some(marker) = next_marker(&mut jpeg)? {
        match marker {
            END_OF_IMAGE if has_scan => return Ok(true),
            END_OF_IMAGE | START_OF_IMAGE => continue,
            START_OF_SCAN => has_scan = true,
            _ => {}
        }
        let (Some(high), Some(low)) = (next_byte(&mut jpeg)?, next_byte(&mut jpeg)?) else {
            return Ok(false);
        };
        // The length counts its own two bytes.
        let len = u64::from(u16::from_be_bytes([high, low])).saturating_sub(2);
        io::copy(&mut jpeg.by_ref().take(len), &mut io::sink())?;
    }
    Ok(false)
}

/// The next marker that a length follows, or a beginning or an end; none where the file ends.
///
/// Among the pixels of a scan 0xFF is followed by 0, or by one of the markers between which a decoder can begin anew.
fn next_marker(jpeg: &mut impl BufRead) -> io::Result<Option<u8>> {
    while jpeg.skip_until(0xFF)? > 0 {
        // Any number of 0xFF may stand before a marker.
        let mut byte = next_byte(jpeg)?;
        while byte == Some(0xFF) {
            byte = next_byte(jpeg)?;
        }
        match byte {
            Some(0x00 | 0x01 | 0xD0..=0xD7) => {}
            other => return Ok(other),
        }
    }
    Ok(None)
}

fn next_byte(jpeg: &mut impl BufRead) -> io::Result<Option<u8>> {
    let byte = jpeg.fill_buf()?.first().copied();
    jpeg.consume(usize::from(byte.is_some()));
    Ok(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A beginning with a thumbnail in a segment, and two scans with a restart and a table between.
    const SCANS: &[u8] =
        b"\xFF\xD8\xFF\xE1\0\x08\xFF\xD8\xFF\xDA\xFF\xD9\xFF\xDA\0\x031pixels\xFF\0\xFF\xD0pixels\xFF\xFF\xC4\0\x04\xFF\xD9\xFF\xDA\0\x031pixels";

    #[test]
    fn a_jpeg_is_whole_when_an_end_follows_its_scans() {
        assert!(is_whole(&[SCANS, b"\xFF\xD9"].concat()[..]).unwrap());
        assert!(is_whole(&[SCANS, b"\xFF\xFF\xD9camera"].concat()[..]).unwrap());
        for cut in 0..SCANS.len() {
            assert!(!is_whole(&SCANS[..cut]).unwrap(), "{cut} bytes");
        }
        assert!(!is_whole(SCANS).unwrap());
    }

    #[test]
    fn what_follows_the_picture_is_not_looked_at() {
        // A film with the beginning of a scan in it, as motion photos have, and another picture that was cut short.
        assert!(is_whole(&[SCANS, b"\xFF\xD9ftypmp42\xFF\xDAfilm"].concat()[..]).unwrap());
        assert!(is_whole(&[SCANS, b"\xFF\xD9", SCANS].concat()[..]).unwrap());
    }
}
