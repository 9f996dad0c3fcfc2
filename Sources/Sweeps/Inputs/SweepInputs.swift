package import Files

/// The files that a sweep's runs read, each with the SHA-256 of what is in it: texts, token files, initial weights.
package struct SweepInputs: Sendable, Equatable {
  /// As 64 hex digits, by the name that the options give.
  package private(set) var digests: [String: String] = [:]

  /// No files.
  package init() {}

  /// Takes note of a file.
  package mutating func note(_ path: String, _ digest: String) { digests[path] = digest }

  /// These with others, which go before.
  package func taking(_ later: Self) -> Self {
    var all = self
    all.digests.merge(later.digests) { _, new in new }
    return all
  }

  /// Throws for a file that isn't any more what it was for an earlier launch of the sweep in that directory: one table
  /// would have runs of both.
  package func checkUnchanged(since earlier: Self, _ directory: String) throws(RunError) {
    for path in digests.keys.sorted() {
      guard let before = earlier.digests[path], before != digests[path] else { continue }
      throw RunError(
        "the file has changed since the sweep began", at: "\(path), \(directory)",
        remedy: "put it back as it was, or give another --out", status: .badData)
    }
  }

  package var json: JSONValue { .object(digests.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }) }

  /// Those of an object; none where there is none, as versions before this have it.
  package init(json: JSONValue?) {
    guard case .object(let members)? = json else { return }
    for case (let path, .string(let digest)) in members { digests[path] = digest }
  }
}
