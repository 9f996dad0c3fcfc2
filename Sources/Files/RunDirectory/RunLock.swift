internal import Platform
package import SystemPackage

/// A job's claim to a run directory, held while this lives: a lock of the file `.lock` in it.
///
/// It is the system's (`flock`), which gives it back however the process ends. It holds between all processes of a
/// machine, and between machines on NFS (Linux passes it on to the server as a lock of the whole file), CephFS, GPFS,
/// and Lustre mounted with `flock`. On a file system that has no locks at all it claims nothing.
package final class RunLock: Sendable {
  private let file: FileDescriptor

  /// Claims a directory.
  ///
  /// - Throws: `RunError`, which says who has it and since when, where another job has.
  package init(_ directory: FilePath) throws(RunError) {
    let path = directory.appending(".lock")
    do {
      file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
    } catch {
      throw FileOperations.failure("can't write the file", path, error as? Errno ?? .ioError)
    }
    if flock(file.rawValue, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      let holder = (try? FileOperations.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      try? file.close()
      throw RunError(
        "another job works in the run directory (\(holder.isEmpty ? "it has just begun" : holder))",
        at: directory.named, remedy: "wait for its end, stop it, or choose another --out",
        status: .inputOutput)
    }
  }

  /// Writes who has the directory, for those who are refused.
  package func announce() {
    do {
      try file.resize(to: 0)
      _ = try file.writeAll("process \(getpid()) on \(hostName), since \(UTCTime.now.basicText)".utf8)
    } catch {
      // The claim holds without its text.
    }
  }

  /// Who has a directory, as they have announced it; nil where nobody has. Nothing is claimed or written.
  package static func holder(of directory: FilePath) -> String? {
    let path = directory.appending(".lock")
    guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
    defer { try? file.close() }
    guard flock(file.rawValue, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    let text = (try? FileOperations.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.isEmpty ? "it has just begun" : text
  }

  deinit { try? file.close() }
}
