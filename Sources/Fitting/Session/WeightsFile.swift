internal import Files
internal import Jobs
internal import SystemPackage
package import Teams

/// The file that a user names for weights: a file, or a run's directory.
package enum WeightsFile {
  /// The file that `path` stands for.
  package static func file(_ path: String) -> String {
    let isDirectory = (try? FilePath(named: path).stat().type == .directory) ?? false
    return isDirectory ? FilePath(named: path).appending(RunDirectory.File.model.rawValue).named : path
  }

  /// What to do where the file that `path` stands for can't be read.
  package static func remedy(_ path: String, _ file: String) -> String {
    // A run that was stopped, or goes on, has no weights of its end.
    path == file ? "check its name and permissions" : "give a run that is done, or a file in its checkpoints/"
  }

  /// The file that `path` stands for on worker 0's node, and its bytes, on all workers. Collective.
  package static func sharedBytes(_ path: String, _ team: any Team) throws -> (file: String, bytes: [UInt8]) {
    let message = try SharedOutcome.share(team) { () throws(RunError) in
      let file = file(path)
      do {
        return Array(file.utf8) + [0] + (try FileOperations.read(FilePath(named: file)))
      } catch {
        throw RunError(
          "can't read the file (\(error))", at: file, remedy: remedy(path, file), status: .inputOutput)
      }
    }
    // No name has a NUL in it.
    let end = message.firstIndex(of: 0) ?? message.endIndex
    return (String(decoding: message[..<end], as: UTF8.self), Array(message[(end + 1)...]))
  }
}
