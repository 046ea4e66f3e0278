//! What a process that trains sets once, before it starts threads.

/// Makes the most of a process that computes all the time: freed memory is kept, and candle leaves the processor to this
/// crate's kernels. A binary calls this first, before it starts any thread; a library leaves the choice to its binary.
pub fn prepare_process() {
    keep_freed_memory();
    if std::env::var_os(CANDLE_THREADS).is_none() && is_alone() {
        // SAFETY: no other thread runs that could read the environment meanwhile.
        unsafe { std::env::set_var(CANDLE_THREADS, "1") };
    }
}

/// Whether this process has one thread alone, as far as the system tells.
fn is_alone() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1)
}

/// The variable in which candle is told the number of threads for large elementwise operations. After each of them
/// the threads spin for a while, in the way of those that convolve, and the operations are few and small beside those.
pub const CANDLE_THREADS: &str = "CANDLE_NUM_THREADS";

/// Lets the C library keep freed memory for the next step instead of handing it back to the system.
///
/// A step frees what the next one allocates again. glibc returns large blocks to the system at once, and the pages come
/// back one fault after the other: measured on two cores in a virtual machine, that was half of the duration of an SRCNN
/// 9-1-5 step. Where the allocator is not glibc's this does nothing.
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// None: nothing at the top of the heap is given back, however much is free there.
        const TRIM_THRESHOLD: libc::c_int = -1;
        /// The heap grows by so many bytes at a time.
        const TOP_PAD: libc::c_int = 64 << 20;
        // SAFETY: `mallopt` takes any numbers; what it does not know it refuses, and then all stays as it was.
        unsafe {
            // No block is a mapping of its own, however large.
            libc::mallopt(libc::M_MMAP_MAX, 0);
            libc::mallopt(libc::M_TRIM_THRESHOLD, TRIM_THRESHOLD);
            libc::mallopt(libc::M_TOP_PAD, TOP_PAD);
        }
    }
}
