//! How fast another engine learns the same: what it says while it does.

use std::path::Path;

use plumage_record::{Purpose, disk};

use crate::ReportError;

/// The scores of a network that another engine trains, over the minutes of its training.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerCurve {
    /// The engine and the network, as charts call them.
    pub name: String,
    /// The network, as we call it.
    pub network: String,
    /// The set that it is measured on.
    pub set: String,
    /// How much it enlarges.
    pub scale: usize,
    /// From the first to the last.
    pub points: Vec<PeerPoint>,
}

/// What a peer's network scores after some minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeerPoint {
    /// Minutes of training.
    pub minutes: f64,
    /// Steps made.
    pub step: u64,
    /// Mean PSNR on Y under `y_matlab`.
    pub psnr_y_db: f64,
}

impl PeerCurve {
    /// Reads what a peer said in lines such as `0.50 min step 980 loss 0.000812 set5x3 31.620`, the last of which may begin
    /// with `end` and have no loss; other lines are passed over. `network` says what it trained.
    ///
    /// # Errors
    /// [`ReportError::Beside`] when there is no such file, or no such line in it, or lines of several sets.
    pub fn read(engine: &str, network: &str, path: &Path) -> Result<Self, ReportError> {
        let refused = |reason: &str| ReportError::Beside { path: path.to_owned(), reason: reason.to_owned() };
        let bytes = disk::read(Purpose::Table, path)?.ok_or_else(|| refused("it is not there"))?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().filter_map(line).collect();
        let Some(&(first, ..)) = lines.first() else {
            return Err(refused("no line in it is like `0.50 min step 980 loss 0.000812 set5x3 31.620`"));
        };
        if lines.iter().any(|(measured, _)| *measured != first) {
            return Err(refused("its lines are of several sets or scales: give a file for each"));
        }
        let (set, scale) = first;
        let mut points: Vec<PeerPoint> = lines.into_iter().map(|(_, point)| point).collect();
        points.dedup_by_key(|point| point.step);
        let name = format!("{network}, {engine}");
        Ok(Self { name, network: network.to_owned(), set: set.to_owned(), scale, points })
    }
}

/// What a line says of which set and scale, if it is one.
fn line(text: &str) -> Option<((&str, usize), PeerPoint)> {
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "end").collect();
    let (minutes, step, measured, psnr) = match words[..] {
        [minutes, "min", "step", step, "loss", _, measured, psnr]
        | [minutes, "min", "step", step, measured, psnr] => (minutes, step, measured, psnr),
        _ => return None,
    };
    let (set, scale) = measured.rsplit_once('x')?;
    let point =
        PeerPoint { minutes: minutes.parse().ok()?, step: step.parse().ok()?, psnr_y_db: psnr.parse().ok()? };
    Some(((set, scale.parse().ok()?), point))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PeerCurve, ReportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("torch.txt");
        std::fs::write(&path, text).unwrap();
        PeerCurve::read("PyTorch", "SRCNN 9-1-5", &path)
    }

    #[test]
    fn what_a_peer_says_is_understood() {
        let said = "loading\n0.50 min step 980 loss 0.000812 set5x3 31.620\n1.01 min step 1960 loss 0.000704 set5x3 31.871\n\
                    end 1.01 min step 1960 set5x3 31.871\n";
        let curve = read(said).unwrap();
        assert_eq!((curve.set.as_str(), curve.scale, curve.points.len()), ("set5", 3, 2));
        assert_eq!(curve.points[0], PeerPoint { minutes: 0.5, step: 980, psnr_y_db: 31.62 });
        assert_eq!(curve.name, "SRCNN 9-1-5, PyTorch");
    }

    #[test]
    fn a_file_of_something_else_is_refused_by_name() {
        for text in
            ["", "nothing of the kind\n", "1 min step 1 loss 1 set5x3 31\n2 min step 2 loss 1 set5x2 36\n"]
        {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("torch.txt"), "{error}");
        }
    }
}
