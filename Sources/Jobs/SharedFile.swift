package import Files
private import SystemPackage
package import Teams

/// What worker 0 reads and all workers get, so that all fail alike.
package enum SharedFile {
  /// What all workers throw alike.
  package typealias Failure = RunError

  /// The bytes of a file. Collective.
  ///
  /// - remedy: what to do where it can't be read.
  package static func read(
    _ path: String, _ team: any Team, remedy: String = "check its name and permissions"
  ) throws -> [UInt8] {
    try share(team) { () throws(RunError) in
      do {
        return try FileOperations.read(FilePath(named: path))
      } catch {
        throw RunError("can't read the file (\(error))", at: path, remedy: remedy, status: .inputOutput)
      }
    }
  }

  /// The bytes that `make` returns on worker 0, or its error, on all workers. Collective.
  package static func share(_ team: any Team, _ make: () throws(Failure) -> [UInt8]) throws -> [UInt8] {
    var message: [UInt8] = []
    if team.rank == 0 {
      do throws(RunError) { message = [0] + (try make()) } catch { message = [1] + error.message }
    }
    message = team.broadcast(message, from: 0)
    let content = Array(message.dropFirst())
    guard message.first == 0 else { throw RunError(message: content) }
    return content
  }

  /// Calls `body` on every worker, which may fail on some: all throw the error of the first of these. Collective.
  package static func agree<Result>(_ team: any Team, _ body: () throws(Failure) -> Result) throws -> Result {
    var result: Result?
    var message: [UInt8] = []
    do throws(RunError) { result = try body() } catch { message = error.message }
    let first = team.gather(message).first { !$0.isEmpty } ?? []
    message = team.broadcast(first, from: 0)
    guard message.isEmpty, let result else { throw RunError(message: message) }
    return result
  }
}
