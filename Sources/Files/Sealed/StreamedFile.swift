package import Memory
package import SystemPackage

/// A file that is written piece by piece, so that no more than a piece of it is ever in memory.
///
/// It is made aside; `close` gives it its name. One that isn't closed is removed.
package final class StreamedFile {
  private let path: FilePath
  private let aside: FilePath
  private let descriptor: FileDescriptor
  /// Of a file that carries its own digest (`CheckpointSeal`).
  private var digest: StreamDigest?
  private var isOpen = true

  /// Begins a file with its header, which has a place for the seal where the file is to carry one.
  ///
  /// - name: the file's name until it is closed, in the directory of `path`.
  package init(_ path: FilePath, aside name: String, header: [UInt8], isSealed: Bool) throws(RunError) {
    precondition(!isSealed || CheckpointSeal.isBlank(header), "no place for the digest")
    self.path = path
    aside = path.removingLastComponent().appending(name)
    do {
      descriptor = try FileDescriptor.open(
        aside, .writeOnly, options: [.create, .truncate], permissions: FilePermissions(rawValue: 0o666))
    } catch {
      throw FileOperations.failure("can't write the file", aside, error as? Errno ?? .ioError)
    }
    if isSealed {
      digest = StreamDigest()
      digest?.update(header)
    }
    try attempt { _ = try $0.writeAll(header) }
  }

  deinit {
    guard isOpen else { return }
    try? descriptor.close()
    FileOperations.remove(aside)
  }

  /// Writes the next floats, little-endian.
  package func write(_ floats: BufferView<Float>) throws(RunError) {
    digest?.update(floats)
    try attempt { descriptor in
      try floats.withLittleEndianBytes { bytes in
        // The call reads the bytes, during the call.
        try unsafe bytes.withUnsafeBytes { _ = try unsafe descriptor.writeAll($0) }
      }
    }
  }

  /// Writes the next bytes.
  package func write(_ bytes: [UInt8]) throws(RunError) {
    precondition(digest == nil, "a sealed file is of floats")
    try attempt { _ = try $0.writeAll(bytes) }
  }

  /// Puts the digest into its place, and the file into its own.
  ///
  /// - durable: whether to return only when all of it is on the disk.
  package func close(durable: Bool) throws(RunError) {
    if let digits = digest.map({ Array($0.digits.utf8) }) {
      try attempt { descriptor in
        _ = try descriptor.writeAll(toAbsoluteOffset: Int64(CheckpointSeal.place.lowerBound), digits)
      }
    }
    if durable { try FileOperations.synchronise(aside) }
    try FileOperations.move(aside, to: path)
    isOpen = false
    try attempt { try $0.close() }
    if durable { try FileOperations.synchronise(path.removingLastComponent()) }
  }

  private func attempt(_ operation: (FileDescriptor) throws -> Void) throws(RunError) {
    do { try operation(descriptor) } catch {
      throw FileOperations.failure("can't write the file", aside, error as? Errno ?? .ioError)
    }
  }
}
