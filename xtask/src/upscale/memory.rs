//! Sizes on the command line, as `512M`.

/// The bytes that `text` says: a whole number of MiB, or of what `K`, `M` or `G` stands for.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let upper = upper.strip_suffix("IB").unwrap_or(&upper);
    let (digits, shift) = match upper.as_bytes().last() {
        Some(b'K') => (&upper[..upper.len() - 1], 10),
        Some(b'M') => (&upper[..upper.len() - 1], 20),
        Some(b'G') => (&upper[..upper.len() - 1], 30),
        _ => (upper, 20),
    };
    let number: Option<u64> = digits.parse().ok();
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| "a size is a whole number with K, M or G, as in 512M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in
            [("512M", 512 << 20), ("2g", 2 << 30), ("64KiB", 64 << 10), ("300", 300 << 20)]
        {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for wrong in ["", "M", "1.5G", "-1M", "0", "99999999999999999999", "99999999999G", "5T"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
