//! What the machine could do at most, as a yardstick for the kernels.

use std::time::Instant;

/// Lanes of a register of AVX2, for which most kernels are written.
const LANES: usize = 8;

/// Independent sums: enough that two units of five cycles' latency never wait, few enough that all stay in registers.
const SUMS: usize = 12;

/// Rounds of all sums in one try: some milliseconds.
const ROUNDS: usize = 1_000_000;

/// The best of so many tries counts: others on the machine take away from most, but seldom from all.
const TRIES: usize = 10;

/// Fused multiply-adds of `f32` that `threads` threads complete together, in GFLOP/s, an addition and a multiplication
/// counted each; `None` on an x86-64 processor without AVX2 and FMA, whose kernels do not use any.
///
/// Takes some tens of milliseconds.
pub fn fma_peak_gflops(threads: usize) -> Option<f64> {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
        return None;
    }
    let shortest_s = (0..TRIES).map(|_| try_once_s(threads)).fold(f64::INFINITY, f64::min);
    Some((2 * LANES * SUMS * ROUNDS * threads) as f64 / shortest_s / 1e9)
}

/// Seconds until all threads have done their rounds.
fn try_once_s(threads: usize) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| std::hint::black_box(sums(std::hint::black_box(0.999))));
        }
    });
    start.elapsed().as_secs_f64()
}

#[cfg(target_arch = "x86_64")]
fn sums(factor: f32) -> f32 {
    #[target_feature(enable = "avx2,fma")]
    fn with_fma(factor: f32) -> f32 {
        rounds(factor)
    }
    // SAFETY: the caller has seen that the processor has AVX2 and FMA.
    unsafe { with_fma(factor) }
}

#[cfg(not(target_arch = "x86_64"))]
fn sums(factor: f32) -> f32 {
    rounds(factor)
}

#[inline(always)]
fn rounds(factor: f32) -> f32 {
    let mut sums = [[1f32; LANES]; SUMS];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            for lane in sum {
                *lane = lane.mul_add(factor, 1.);
            }
        }
    }
    sums.iter().flatten().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_with_fused_multiply_adds_does_at_least_a_thousand_million_a_second() {
        if let Some(peak) = fma_peak_gflops(1) {
            assert!(peak > 1., "{peak} GFLOP/s");
        }
    }
}
