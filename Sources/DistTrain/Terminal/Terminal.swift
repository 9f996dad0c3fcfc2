internal import MPI
internal import SystemPackage

internal import Platform

/// The terminal on which somebody reads this process's standard output.
///
/// Without a launcher that is standard output itself. Open MPI gives each rank a terminal of its own, wherever its own
/// output goes; so under a launcher, the terminal that counts is the standard output of the nearest ancestor process
/// that has another one than this process: the launcher, where that runs on this machine.
struct Terminal: Sendable {
  /// Open on the terminal; its width is asked there.
  private let descriptor: Int32

  /// Standard error's terminal; nil where it isn't one, or can't move its cursor.
  static let standardError: Terminal? = !isDumb && isatty(2) == 1 ? Terminal(descriptor: 2) : nil

  /// Whether terminals can't move their cursors here: `TERM` is `dumb`, or there is none.
  private static var isDumb: Bool {
    // The variable is looked at, and nothing of it kept.
    unsafe getenv("TERM").map { unsafe strcmp($0, "dumb") == 0 } ?? true
  }

  /// Nil where standard output isn't a terminal, and where it is one that can't move its cursor (`TERM=dumb`).
  static let standardOutput: Terminal? = {
    guard !isDumb, isatty(1) == 1 else { return nil }
    guard Launcher.ofEnvironment != nil else { return Terminal(descriptor: 1) }
    return launchers.map { Terminal(descriptor: $0) }
  }()

  /// Characters of a line; 80 where the terminal doesn't say. Calls `ioctl` with `TIOCGWINSZ`.
  var columns: Int {
    var size = winsize()
    // The call fills the structure, during the call.
    let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
  }

  /// Whether what is written to a file would be taken at once: not where the user has stopped the terminal, or the way
  /// to it is slow. Calls `poll`.
  static func isReady(_ descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // The call fills the structure, during the call.
    return unsafe poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLOUT) != 0
  }

  /// Whether colours are welcome: not where the environment has a `NO_COLOR` that isn't empty (no-color.org).
  static var hasColors: Bool {
    // The variable is looked at, and nothing of it kept.
    standardOutput != nil && !(unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false)
  }

  /// The launcher's terminal, opened; nil where its standard output is something else, or nobody knows.
  private static var launchers: Int32? {
    let own = link("/proc/self/fd/1")
    var process = "\(getppid())"
    for _ in 0..<8 {
      guard let output = link("/proc/\(process)/fd/1"), let parent = parent(of: process) else { return nil }
      if output != own {
        guard output.hasPrefix("/dev/"), output != "/dev/null" else { return nil }
        guard
          let file = try? FileDescriptor.open(
            FilePath(output), .readOnly, options: FileDescriptor.OpenOptions(rawValue: O_NOCTTY | O_NONBLOCK))
        else { return nil }
        if isatty(file.rawValue) == 1 { return file.rawValue }
        try? file.close()
        return nil
      }
      process = parent
    }
    return nil
  }

  /// What a symbolic link says. Calls `readlink`.
  private static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    // The call fills the array's memory, during the call.
    let count = unsafe readlink(path, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  /// The number of a process's parent, from Linux's `/proc/<process>/stat`: after the name in parentheses and the
  /// state.
  private static func parent(of process: String) -> String? {
    guard let file = try? FileDescriptor.open(FilePath("/proc/\(process)/stat"), .readOnly) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    // The call fills the array's memory, during the call.
    let count = try? file.closeAfter { try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) } }
    let text = String(decoding: bytes[..<(count ?? 0)], as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 1 ? String(fields[1]) : nil
  }
}
