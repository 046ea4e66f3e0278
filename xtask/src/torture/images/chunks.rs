//! Damage that knows a format's parts: chunks of PNG and WebP, segments of JPEG, with sums and lengths put right again.

use rand::Rng;

use super::Format;

/// A part of a file: its name, and its content.
#[derive(Clone, Debug)]
struct Part {
    name: Vec<u8>,
    content: Vec<u8>,
}

/// The file with some of its parts changed, repeated, left out or in another order.
pub(super) fn edited(format: Format, file: &[u8], draws: &mut impl Rng) -> Vec<u8> {
    let mut parts = split(format, file);
    for _ in 0..draws.random_range(1..=3) {
        if parts.is_empty() {
            break;
        }
        let at = draws.random_range(0..parts.len());
        let other = draws.random_range(0..parts.len());
        match draws.random_range(0..8) {
            0 => drop(parts.remove(at)),
            1 => parts.insert(other, parts[at].clone()),
            2 => parts.swap(at, other),
            3 => parts[at].content.clear(),
            4 => {
                if let Some(byte) = parts[at].name.last_mut() {
                    *byte = draws.random();
                }
            }
            5 => {
                let length = draws.random_range(0..=parts[at].content.len());
                parts[at].content.truncate(length);
            }
            // A value in the content, as a width or a count: here the sums still fit, so that it is believed.
            _ => {
                let content = &mut parts[at].content;
                if !content.is_empty() {
                    let at = draws.random_range(0..content.len().min(24));
                    content[at] = if draws.random() { draws.random() } else { 0xFF };
                }
            }
        }
    }
    join(format, &parts)
}

fn split(format: Format, file: &[u8]) -> Vec<Part> {
    match format {
        Format::Jpeg => split_jpeg(file),
        Format::Webp => split_chunks(file, 12, 0, u32::from_le_bytes, 0),
        _ => split_chunks(file, 8, 4, u32::from_be_bytes, 4),
    }
}

/// Chunks of a name and a length, in either order, then the content and `tail` bytes of a sum.
fn split_chunks(
    file: &[u8],
    head: usize,
    name_at: usize,
    length: fn([u8; 4]) -> u32,
    tail: usize,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = file.get(head..).unwrap_or_default();
    while rest.len() >= 8 {
        let four = |at: usize| [rest[at], rest[at + 1], rest[at + 2], rest[at + 3]];
        let (name, length) = (four(name_at).to_vec(), length(four(4 - name_at)) as usize);
        let end = (8 + length).min(rest.len());
        parts.push(Part { name, content: rest[8..end].to_vec() });
        let padding = if tail == 0 { length % 2 } else { tail };
        rest = rest.get(end + padding..).unwrap_or_default();
    }
    parts
}

/// Segments of a marker and a length; the scan with its pixels is the content of the last.
fn split_jpeg(file: &[u8]) -> Vec<Part> {
    const START_OF_SCAN: u8 = 0xDA;
    let mut parts = Vec::new();
    let mut rest = file.get(2..).unwrap_or_default();
    while rest.len() >= 4 && rest[0] == 0xFF {
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        let end = if rest[1] == START_OF_SCAN { rest.len() } else { (2 + length.max(2)).min(rest.len()) };
        parts.push(Part { name: rest[..2].to_vec(), content: rest[4..end].to_vec() });
        rest = &rest[end..];
    }
    parts
}

fn join(format: Format, parts: &[Part]) -> Vec<u8> {
    match format {
        Format::Jpeg => parts.iter().fold(vec![0xFF, 0xD8], |mut file, part| {
            // The scan's length is that of its header, which three colours or one make 10 or 6 bytes long.
            let of_scan = part.content.first().map_or(2, |colours| 6 + 2 * u16::from(*colours));
            let length =
                if part.name.last() == Some(&0xDA) { of_scan } else { part.content.len() as u16 + 2 };
            file.extend(&part.name);
            file.extend(length.to_be_bytes());
            file.extend(&part.content);
            file
        }),
        Format::Webp => {
            let body = parts.iter().fold(b"WEBP".to_vec(), |mut body, part| {
                body.extend(&part.name);
                body.extend((part.content.len() as u32).to_le_bytes());
                body.extend(&part.content);
                body.extend(vec![0; part.content.len() % 2]);
                body
            });
            [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
        }
        _ => {
            let chunks: Vec<(&[u8], &[u8])> =
                parts.iter().map(|part| (part.name.as_slice(), part.content.as_slice())).collect();
            png(&chunks)
        }
    }
}

/// A PNG of the given chunks, with their sums.
pub(super) fn png(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        let chunk = [*name, *content].concat();
        png.extend((content.len() as u32).to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32(&chunk).to_be_bytes());
    }
    png
}

/// The sum that ends every chunk of a PNG.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}
