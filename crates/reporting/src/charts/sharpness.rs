//! How sharp each method is.

use super::Estimate;
use crate::{
    ReportError,
    number::grouped,
    plot::{self, Axis, Bar, Bars, Group, Heading, Picture, Spacing, palette},
};

/// The gradient energy of several methods on the same images.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharpness {
    /// What stands above it.
    pub heading: Heading,
    /// From top to bottom.
    pub methods: Vec<MethodSharpness>,
}

/// The gradient energy of one method.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodSharpness {
    /// What made the pictures.
    pub name: String,
    /// In squared 8-bit levels, the mean over images.
    pub energy: Estimate,
    /// Whether the pictures are HR, which the others are compared with.
    pub is_hr: bool,
}

impl Sharpness {
    /// A bar for each method, with its interval.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn picture(&self) -> Result<Picture, ReportError> {
        plot::picture("sharpness", &self.bars())
    }

    fn bars(&self) -> Bars {
        let hr = self.methods.iter().find(|method| method.is_hr).map(|method| method.energy.value);
        let group = |method: &MethodSharpness| {
            let Estimate { value, low, high } = method.energy;
            let share = hr.filter(|_| !method.is_hr).map(|hr| format!(", {:.0}% of HR", 100. * value / hr));
            let label = format!("{}{}", written(value), share.unwrap_or_default());
            let bar = Bar { value, label, interval: Some((low, high)) };
            Group { name: method.name.clone(), bars: vec![bar], is_summary: method.is_hr }
        };
        let values = self.methods.iter().flat_map(|method| [method.energy.value, method.energy.high]);
        let most = values.filter(|value| value.is_finite()).fold(1e-3, f64::max).min(1e250);
        // Room for the words at the end of the longest bar.
        let x = Axis::between("gradient energy of Y, squared 8-bit levels", Spacing::Linear, 0., most * 1.12);
        let kinds = vec![("mean over images, with its interval".to_owned(), palette::BLUE)];
        let groups = self.methods.iter().map(group).collect();
        Bars { heading: self.heading.clone(), x, kinds, groups }
    }
}

/// Three digits, as more would not be known.
fn written(energy: f64) -> String {
    match energy {
        _ if !energy.is_finite() => "–".to_owned(),
        100.0.. => grouped(energy.round() as u64),
        10.0.. => format!("{energy:.1}"),
        _ => format!("{energy:.2}"),
    }
}
