internal import Files
package import Teams

/// Files that worker 0 reads and all workers get.
package enum SharedFile {
  /// The bytes of a file; all workers throw alike where it can't be read. Collective.
  ///
  /// - remedy: what to do where it can't be read.
  package static func read(
    _ path: String, _ team: any Team, remedy: String = "check its name and permissions"
  ) throws -> [UInt8] {
    try SharedOutcome.share(team) { () throws(RunError) in try InputFile.bytes(path, remedy: remedy) }
  }
}
