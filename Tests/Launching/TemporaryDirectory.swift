public import Foundation

/// A fresh directory for one test.
public struct TemporaryDirectory: Sendable {
  private let url: URL
  /// Where it is.
  public var path: String { url.path }

  /// Makes it.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("dist-train-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// Writes a file into it.
  @discardableResult
  public func file(_ name: String, _ bytes: Data = Data()) throws -> URL {
    let file = url.appendingPathComponent(name)
    try bytes.write(to: file)
    return file
  }

  /// Removes it with all that is in it.
  public func remove() { try? FileManager.default.removeItem(at: url) }
}
