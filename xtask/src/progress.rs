//! What a person sees of a run: a bar on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use plumage_record::Validation;
use plumage_trainer::{Progress, adversarial::Sign};

use crate::{interrupt::Interrupt, say::note};

/// Progress of a training run.
pub(crate) struct Watch {
    bar: Option<ProgressBar>,
    interrupt: Interrupt,
    steps: u64,
    /// Exponential mean of the batch losses.
    loss: Option<f64>,
    psnr: String,
    /// What was wrong with the last row, by name.
    wrong: Vec<&'static str>,
    since: Instant,
    images: u64,
    first_step: Option<u64>,
    last_line: Instant,
}

/// Between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

impl Watch {
    /// Watches a run of `steps` steps that have `done` behind them.
    pub(crate) fn new(steps: u64, done: u64, interrupt: Interrupt) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(steps).with_position(done);
            let template = "step {pos}/{len} {bar:30.cyan/dim} {msg}  ETA {eta}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.reset_eta();
            bar
        });
        let now = Instant::now();
        let (loss, psnr, wrong) = (None, String::new(), Vec::new());
        Self {
            bar,
            interrupt,
            steps,
            loss,
            psnr,
            wrong,
            since: now,
            images: 0,
            first_step: None,
            last_line: now,
        }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, line: String) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => note!("{line}"),
        }
    }

    fn images_per_s(&self) -> f64 {
        self.images as f64 / self.since.elapsed().as_secs_f64().max(1e-9)
    }
}

impl Progress for Watch {
    fn step(&mut self, step: u64, loss: f64, images: usize) {
        let first = *self.first_step.get_or_insert(step);
        self.images += images as u64;
        self.loss = Some(self.loss.map_or(loss, |mean| 0.98 * mean + 0.02 * loss));
        let loss = self.loss.unwrap_or(loss);
        if let Some(bar) = &self.bar {
            bar.set_position(step);
            bar.set_message(format!("loss {loss:.6}{}  {:.0} images/s", self.psnr, self.images_per_s()));
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let per_step = self.since.elapsed().div_f64((step - first + 1) as f64);
            let left = per_step.mul_f64((self.steps - step) as f64).as_secs();
            let speed = self.images_per_s();
            note!("step {step}/{}  loss {loss:.6}  {speed:.0} images/s  {left} s left", self.steps);
        }
    }

    fn validated(&mut self, step: u64, validation: &Validation, best: bool) {
        let Validation { protocol, loss, psnr_y_db, psnr_rgb_db, ssim } = validation;
        let (on, psnr) = match (psnr_y_db, psnr_rgb_db) {
            (Some(psnr), _) => ("Y", *psnr),
            (None, psnr) => ("RGB", psnr.unwrap_or(f64::NAN)),
        };
        self.psnr = format!("  PSNR-{on} {psnr:.2} dB");
        let line = format!(
            "step {step}/{}  validation: PSNR-{on} {psnr:.3} dB, SSIM {ssim:.4} ({protocol}), loss {loss:.6}{}",
            self.steps,
            if best { "  best so far" } else { "" }
        );
        self.line(line);
    }

    fn unhealthy(&mut self, step: u64, signs: &[Sign]) {
        // What goes on being wrong is said once; metrics.csv has it in every row.
        for sign in signs.iter().filter(|sign| !self.wrong.contains(&sign.name())) {
            self.line(format!("step {step}/{}  warning: {sign}", self.steps));
        }
        self.wrong = signs.iter().map(Sign::name).collect();
    }

    fn stop_requested(&self) -> bool {
        self.interrupt.requested()
    }
}
