/// How many files and connections this process may have open at once (`ulimit -n`).
public enum OpenFileLimit {
  /// Nil where the system doesn't say, or sets no limit.
  public static var current: Int? { SystemFile("/proc/self/limits")?["Max open files "] }
}
