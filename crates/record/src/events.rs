//! Rows and figures for TensorBoard: a file of events, which grows with metrics.csv and is cut with it.
//!
//! Unlike the tables it holds the time at which each row was made, so that equal runs do not have equal bytes in it.

mod framing;
mod messages;

use std::{path::Path, time::SystemTime};

use prost::Message;

use self::{
    framing::{frame, frames},
    messages::{Event, Image, Summary, Value},
};
use crate::{
    MetricsRow, RecordError, commit,
    disk::{self, Purpose},
};

/// The file; TensorBoard finds it by the middle part of its name.
const EVENTS: &str = "events.out.tfevents.plumage";

/// What the first event of a file says.
const VERSION: &str = "brain.Event:2";

/// A picture for TensorBoard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPicture {
    /// What it is called.
    pub name: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The file.
    pub png: Vec<u8>,
}

pub(crate) fn append_row(run: &Path, row: &MetricsRow) -> Result<(), RecordError> {
    let number = |(tag, number): (String, f64)| Value { tag, simple_value: Some(number as f32), image: None };
    append(run, row.step, numbers(row).into_iter().map(number).collect())
}

pub(crate) fn append_pictures(run: &Path, step: u64, pictures: &[EventPicture]) -> Result<(), RecordError> {
    let picture = |picture: &EventPicture| {
        let EventPicture { name, width, height, png } = picture;
        let (width, height) = (*width as i32, *height as i32);
        let image = Image { height, width, colorspace: messages::RGB, encoded_image_string: png.clone() };
        Value { tag: format!("figures/{name}"), simple_value: None, image: Some(image) }
    };
    append(run, step, pictures.iter().map(picture).collect())
}

/// Keeps the rows of at most `step`, and no pictures, which a run adds at its end alone; what a process that died left of an
/// event is none.
pub(crate) fn cut(run: &Path, step: u64) -> Result<(), RecordError> {
    let path = run.join(EVENTS);
    let Some(bytes) = disk::read(Purpose::Events, &path)? else { return Ok(()) };
    let is_kept = |event: &Event| {
        let values = event.summary.iter().flat_map(|summary| &summary.value);
        event.step <= step as i64 && values.into_iter().all(|value| value.image.is_none())
    };
    let kept = frames(&bytes).filter(|content| Event::decode(*content).is_ok_and(|event| is_kept(&event)));
    let kept = kept.flat_map(frame).collect::<Vec<_>>();
    if kept == bytes { Ok(()) } else { commit::file(Purpose::Events, &path, &kept) }
}

fn append(run: &Path, step: u64, values: Vec<Value>) -> Result<(), RecordError> {
    let path = run.join(EVENTS);
    let wall_time =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0., |now| now.as_secs_f64());
    let mut bytes = Vec::new();
    if path.metadata().map_or(true, |file| file.len() == 0) {
        let first = Event { wall_time, step: 0, file_version: Some(VERSION.to_owned()), summary: None };
        bytes.extend(frame(&first.encode_to_vec()));
    }
    let event =
        Event { wall_time, step: step as i64, file_version: None, summary: Some(Summary { value: values }) };
    bytes.extend(frame(&event.encode_to_vec()));
    disk::append(Purpose::Events, &path, &bytes)
}

/// The numbers of a row by what TensorBoard calls them; a PSNR does not go without its protocol.
fn numbers(row: &MetricsRow) -> Vec<(String, f64)> {
    let mut numbers = vec![
        ("train/loss".to_owned(), Some(row.train_loss)),
        ("train/learning_rate".to_owned(), Some(row.learning_rate)),
        ("train/grad_norm".to_owned(), row.grad_norm),
    ];
    if let Some(validation) = &row.validation {
        let measured = |what: &str| format!("validation/{what} ({})", validation.protocol);
        numbers.extend([
            ("validation/loss".to_owned(), Some(validation.loss)),
            (measured("psnr_y_db"), validation.psnr_y_db),
            (measured("psnr_rgb_db"), validation.psnr_rgb_db),
            (measured("ssim"), Some(validation.ssim)),
        ]);
    }
    if let Some(adversary) = &row.adversary {
        numbers.push(("adversary/d_loss".to_owned(), adversary.d_loss));
        numbers.push(("adversary/d_advantage".to_owned(), adversary.d_advantage));
        for term in &adversary.terms {
            numbers.push((format!("adversary/g_{}", term.name), term.value));
            numbers.push((format!("adversary/g_{}_share", term.name), term.share));
        }
    }
    numbers.into_iter().filter_map(|(tag, number)| Some((tag, number?))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn row(step: u64) -> MetricsRow {
        MetricsRow {
            step,
            epoch: 0,
            learning_rate: 1e-3,
            train_loss: 1. / step as f64,
            grad_norm: None,
            validation: None,
            adversary: None,
        }
    }

    fn steps(run: &Path) -> Vec<i64> {
        let bytes = fs::read(run.join(EVENTS)).unwrap();
        frames(&bytes).map(|content| Event::decode(content).unwrap().step).collect()
    }

    #[test]
    fn a_file_torn_anywhere_and_cut_goes_on_with_every_step_once() {
        let run = tempfile::tempdir().unwrap();
        for step in 1..=4 {
            append_row(run.path(), &row(step)).unwrap();
        }
        let picture = EventPicture { name: "x".into(), width: 1, height: 1, png: vec![1, 2, 3] };
        append_pictures(run.path(), 4, &[picture]).unwrap();
        assert_eq!(steps(run.path()), [0, 1, 2, 3, 4, 4]);
        let whole = fs::read(run.path().join(EVENTS)).unwrap();
        for torn in 0..=whole.len() {
            fs::write(run.path().join(EVENTS), &whole[..torn]).unwrap();
            cut(run.path(), 2).unwrap();
            // A run goes on after a step that the file has, or from its beginning.
            let done = steps(run.path()).last().map_or(0, |&last| last as u64);
            for step in done + 1..=3 {
                append_row(run.path(), &row(step)).unwrap();
            }
            assert_eq!(steps(run.path()), [0, 1, 2, 3], "torn at {torn}");
        }
        cut(run.path(), 0).unwrap();
        assert_eq!(steps(run.path()), [0]);
    }

    #[test]
    fn a_file_that_is_cut_where_nothing_is_to_be_cut_keeps_its_bytes() {
        let run = tempfile::tempdir().unwrap();
        cut(run.path(), 1).unwrap();
        append_row(run.path(), &row(1)).unwrap();
        let before = fs::read(run.path().join(EVENTS)).unwrap();
        cut(run.path(), 1).unwrap();
        assert_eq!(fs::read(run.path().join(EVENTS)).unwrap(), before);
    }
}
