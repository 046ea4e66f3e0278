//! What was measured, for people.

use super::Measured;

const HEAD: [&str; 9] = [
    "workload",
    "plumage ms",
    "candle ms",
    "best peer ms",
    "which",
    "ours / best peer",
    "GFLOP/s",
    "of FMA peak",
    "peak RSS MiB",
];

const LEGEND: &str =
    "GFLOP/s are counted as if every convolution were computed directly: Winograd's may pass the peak.";

/// One row a workload: our median, stock candle's, the best peer's and which it is; then our arithmetic and memory.
/// Where something was not measured stands a dash.
pub(crate) fn table(measured: &[Measured]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(measured.chunk_by(|a, b| a.workload == b.workload).filter_map(row));
    let widths: [usize; HEAD.len()] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
    let line = |row: &[String; HEAD.len()]| {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
            0 | 4 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).chain([LEGEND.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// The row of one workload, given all its engines.
fn row(engines: &[Measured]) -> Option<[String; HEAD.len()]> {
    let of = |name: &str| engines.iter().find(|measured| measured.engine == name);
    let (ours, candle) = (of("plumage")?, of("candle"));
    let peers = engines.iter().filter(|measured| !["plumage", "candle"].contains(&measured.engine.as_str()));
    let best = peers.min_by(|a, b| a.median_ms.total_cmp(&b.median_ms));
    let absent = || "-".to_owned();
    let ms = |measured: Option<&Measured>| {
        measured.map_or_else(absent, |measured| format!("{:.2}", measured.median_ms))
    };
    Some([
        ours.workload.to_owned(),
        ms(Some(ours)),
        ms(candle),
        ms(best),
        best.map_or_else(absent, |best| best.engine.clone()),
        best.map_or_else(absent, |best| format!("{:.2}", ours.median_ms / best.median_ms)),
        format!("{:.0}", ours.gflops),
        ours.fma_peak_gflops.map_or_else(absent, |peak| format!("{:.0} %", 100. * ours.gflops / peak)),
        ours.peak_rss_mib.map_or_else(absent, |peak| format!("{peak:.0}")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(workload: &'static str, engine: &str, median_ms: f64) -> Measured {
        Measured {
            workload,
            engine: engine.to_owned(),
            median_ms,
            min_ms: median_ms,
            runs: 5,
            gflops: 100. / median_ms,
            fma_peak_gflops: Some(50.),
            peak_rss_mib: Some(40.2),
            threads: 2,
        }
    }

    #[test]
    fn a_row_names_the_best_peer_and_the_ratio_to_it() {
        let engines = [
            measured("a", "plumage", 2.),
            measured("a", "candle", 30.),
            measured("a", "torch_eager", 9.),
            measured("a", "torch_channels_last_jemalloc", 8.),
            measured("b", "plumage", 4.),
        ];
        let table = table(&engines);
        let cells = |row: usize| {
            table
                .lines()
                .nth(row)
                .unwrap()
                .split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect::<Vec<_>>()
        };
        let best = "torch_channels_last_jemalloc";
        assert_eq!(cells(1), ["a", "2.00", "30.00", "8.00", best, "0.25", "50", "100 %", "40"]);
        assert_eq!(cells(2), ["b", "4.00", "-", "-", "-", "-", "25", "50 %", "40"]);
    }
}
