internal import Platform
package import SystemPackage

/// The file operations of a run directory, each failing with a `RunError` that names the file.
package enum FileOperations {
  /// Makes `path` and the directories above it; those that exist are fine.
  package static func makeDirectories(_ path: FilePath) throws(RunError) {
    guard !path.isEmpty else {
      throw RunError(
        "the output directory's name is empty", at: "output directory", remedy: "give a directory", status: .usage)
    }
    var prefix = FilePath(root: path.root, [])
    for component in path.components {
      prefix.append(component)
      if !exists(prefix) { _ = try makeDirectory(prefix) }
    }
  }

  /// Makes one directory whose parent exists; false if there is something of that name. Calls `mkdir`.
  package static func makeDirectory(_ path: FilePath) throws(RunError) -> Bool {
    // swift-system wraps no mkdir; the C call only reads the path, during the call.
    if unsafe path.withPlatformString({ unsafe mkdir($0, 0o777) }) == 0 { return true }
    let error = Errno(rawValue: errno)
    if error == .fileExists { return false }
    throw failure("can't make the output directory", path, error)
  }

  /// Whether there is a file, directory or link at `path`.
  package static func exists(_ path: FilePath) -> Bool { (try? path.stat(followTargetSymlink: false)) != nil }

  /// Throws unless files can be written into the directory `path`; leaves nothing in it.
  package static func probe(_ path: FilePath) throws(RunError) {
    let file = path.appending(".write-probe")
    do throws(RunError) { try write(EmptyCollection(), to: file) } catch {
      throw RunError(
        "can't write into the output directory: \(error.problem)", at: path.named, remedy: error.remedy,
        status: .inputOutput)
    }
    remove(file)
  }

  /// Writes `bytes` to a file beside `path` and renames that file to `path`.
  ///
  /// - name: the file's name until then; nil for one made of the path's.
  /// - durable: whether to return only when all of it is on the disk (`fsync` of file and directory).
  package static func replace(
    _ path: FilePath, with bytes: [UInt8], aside name: String? = nil, durable: Bool = false
  ) throws(RunError) {
    try replace(path, with: CollectionOfOne(bytes), aside: name, durable: durable)
  }

  /// The same with the bytes in pieces.
  static func replace(
    _ path: FilePath, with pieces: some Sequence<[UInt8]>, aside name: String? = nil, durable: Bool = false
  ) throws(RunError) {
    let directory = path.removingLastComponent()
    let aside = directory.appending(name ?? ".\(path.lastComponent?.string ?? "file").part")
    do throws(RunError) {
      try write(pieces, to: aside, durable: durable)
      try move(aside, to: path)
    } catch {
      remove(aside)
      throw error
    }
    if durable { try synchronise(directory) }
  }

  /// Gives a file another name in the same file system, in one step. Calls `rename`.
  package static func move(_ file: FilePath, to path: FilePath) throws(RunError) {
    // swift-system wraps no rename; the C call only reads the paths, during the call.
    let code = unsafe file.withPlatformString { from in unsafe path.withPlatformString { unsafe rename(from, $0) } }
    if code != 0 { throw failure("can't put the file in place", path, Errno(rawValue: errno)) }
  }

  /// Has `path` be a symbolic link to `target`, in one step, and waits for the disk; leaves one that is such a link as
  /// it is, and does nothing on a file system without them. Calls `readlink` and `symlink`.
  package static func link(_ path: FilePath, to target: String) throws(RunError) {
    var bytes = [CChar](repeating: 0, count: 4096)
    // The calls read the paths and fill the array, during the calls.
    let count = unsafe path.withPlatformString { name in
      unsafe bytes.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return 0 }
        return unsafe readlink(name, start, buffer.count)
      }
    }
    if count > 0, bytes[..<count].elementsEqual(target.utf8.map { CChar(bitPattern: $0) }) { return }
    let aside = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "link").part")
    remove(aside)
    let code = unsafe FilePath(target).withPlatformString { to in
      unsafe aside.withPlatformString { unsafe symlink(to, $0) }
    }
    guard code == 0 else {
      let error = Errno(rawValue: errno)
      if [.notPermitted, .notSupported, .noFunction].contains(error) { return }
      throw failure("can't make the link", path, error)
    }
    try move(aside, to: path)
    try synchronise(path.removingLastComponent())
  }

  /// Leaves the first `length` bytes of a file, and waits for the disk where it had more. Calls `ftruncate` and
  /// `fsync`.
  static func truncate(_ path: FilePath, to length: Int) throws(RunError) {
    do {
      let file = try FileDescriptor.open(path, .readWrite)
      try file.closeAfter {
        guard try file.seek(offset: 0, from: .end) > Int64(length) else { return }
        if ftruncate(file.rawValue, off_t(length)) != 0 || fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      }
    } catch {
      throw failure("can't shorten the file", path, error as? Errno ?? .ioError)
    }
  }

  /// Returns when what was written to a file or directory is on the disk. Calls `fsync`.
  package static func synchronise(_ path: FilePath) throws(RunError) {
    do {
      let file = try FileDescriptor.open(path.isEmpty ? "." : path, .readOnly)
      try file.closeAfter { if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) } }
    } catch {
      throw failure("can't bring the file to the disk", path, error as? Errno ?? .ioError)
    }
  }

  /// The names in a directory, in no order; none where there is no directory. Calls `opendir` and `readdir`.
  package static func names(in path: FilePath) -> [String] {
    // swift-system reads no directories. The stream is ours until it is closed; an entry's name is copied before the
    // next call.
    guard let stream = unsafe path.withPlatformString({ unsafe opendir($0) }) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Appends `bytes` to the file `path`, which is made if it is missing.
  package static func append(_ bytes: [UInt8], to path: FilePath) throws(RunError) {
    guard !bytes.isEmpty else { return }
    try write(CollectionOfOne(bytes), to: path, options: [.create, .append])
  }

  /// The bytes of a file.
  package static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(path, .readOnly)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          // The call fills the array's memory, during the call.
          let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
          if count == 0 { return bytes }
          bytes += chunk[..<count]
        }
      }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  private static func write(
    _ pieces: some Sequence<[UInt8]>, to path: FilePath, options: FileDescriptor.OpenOptions = [.create, .truncate],
    durable: Bool = false
  ) throws(RunError) {
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: options, permissions: FilePermissions(rawValue: 0o666))
      try file.closeAfter {
        for piece in pieces { _ = try file.writeAll(piece) }
        if durable && fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      }
    } catch {
      throw failure("can't write the file", path, error as? Errno ?? .ioError)
    }
  }

  /// Removes a file of our own making; a failure changes nothing for the caller. Calls `unlink`.
  package static func remove(_ path: FilePath) {
    // swift-system wraps no unlink; the C call only reads the path, during the call.
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  package static func failure(_ what: String, _ path: FilePath, _ error: Errno) -> RunError {
    let remedy =
      switch error {
      case .permissionDenied, .notPermitted, .readOnlyFileSystem: "choose a directory you may write to"
      case .noSpace, .diskQuotaExceeded: "free some space or choose another directory"
      case .tooManyOpenFiles: "raise ulimit -n"
      case .fileTooLarge: "raise ulimit -f, or choose a directory whose file system takes larger files"
      default: "choose another directory"
      }
    let reason = error.description
    return RunError(
      "\(what) (\(reason.prefix(1).lowercased())\(reason.dropFirst()))", at: path.named, remedy: remedy,
      status: .inputOutput)
  }
}
