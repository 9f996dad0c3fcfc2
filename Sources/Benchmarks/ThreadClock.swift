internal import Platform

/// Seconds that the calling thread has been on a core (`clock_gettime`, `CLOCK_THREAD_CPUTIME_ID`): what other programs
/// take of the core isn't counted.
func threadSeconds() -> Double {
  var time = timespec()
  // The call fills the structure, during the call.
  _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
