//! The framing of TFRecord files: length, its checksum, content, its checksum.
//!
//! <https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details>

/// Bytes before the content: its length, and the checksum of that.
const HEAD: usize = 12;

/// Bytes of a checksum.
const CHECKSUM: usize = 4;

/// `content` with all that surrounds it.
pub(super) fn frame(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u64).to_le_bytes();
    [&length[..], &checksum(&length), content, &checksum(content)].concat()
}

/// The contents of whole frames, up to the first that is torn or damaged.
pub(super) fn frames(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (content, rest) = first(bytes)?;
        bytes = rest;
        Some(content)
    })
}

/// The content of the first frame, and what follows it.
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (length, sum) = head.split_first_chunk::<8>()?;
    if sum != checksum(length) {
        return None;
    }
    let (content, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let (sum, rest) = rest.split_at_checked(CHECKSUM)?;
    (sum == checksum(content)).then_some((content, rest))
}

/// CRC-32C, masked as such files have it, so that a checksum of bytes with checksums in them is no special one.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xA282_EAD8).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_a_wrong_bit_ends_them() {
        let contents: [&[u8]; 3] = [b"", b"one", &[7; 300]];
        let bytes: Vec<u8> = contents.iter().flat_map(|content| frame(content)).collect();
        assert_eq!(frames(&bytes).collect::<Vec<_>>(), contents);
        for bit in 0..8 * bytes.len() {
            let mut wrong = bytes.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(frames(&wrong).count() < contents.len(), "bit {bit}");
        }
    }
}
