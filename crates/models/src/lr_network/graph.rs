//! A network on the LR grid, step by step.

use candle_core::Result;

use super::{LrNetwork, REACH};
use crate::{
    Graph,
    graph::{Step, Value},
};

impl LrNetwork {
    /// The steps of [`LrNetwork::sr`], and those before it.
    pub(crate) fn steps(&self) -> Result<Graph> {
        let mut graph = Graph::default();
        let scale = self.scale;
        let features = graph.chain(Value::Input, &self.layers);
        let bicubic = self.bicubic.as_ref().map(|layer| {
            let mirrored = graph.push(Step::Mirror { xs: Value::Input, border_px: REACH });
            graph.chain(mirrored, std::slice::from_ref(layer))
        });
        let Some(last) = self.hr_layer()? else {
            let sum = bicubic.map_or(features, |bicubic| graph.push(Step::Sum([features, bicubic])));
            graph.push(Step::PixelShuffle { xs: sum, scale });
            return Ok(graph);
        };
        let shuffled = graph.push(Step::PixelShuffle { xs: features, scale });
        let image = graph.chain(shuffled, std::slice::from_ref(&last));
        if let Some(bicubic) = bicubic {
            let bicubic = graph.push(Step::PixelShuffle { xs: bicubic, scale });
            graph.push(Step::Sum([image, bicubic]));
        }
        Ok(graph)
    }
}
