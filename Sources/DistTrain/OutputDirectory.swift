internal import Teams
internal import Training

/// The output directory of a job: made by worker 0 alone, while all workers learn whether that went well.
enum OutputDirectory {
  /// What `make` returns on worker 0, nil elsewhere; every worker throws the `RunError` that worker 0 met.
  static func agree(_ team: any Team, _ make: () throws(RunError) -> RunDirectory?) throws -> RunDirectory? {
    var directory: RunDirectory?
    var message: [UInt8] = []
    if team.rank == 0 {
      do throws(RunError) {
        directory = try make()
      } catch {
        message = [UInt8(error.status.rawValue)]
        message += Array([error.problem, error.place, error.remedy].joined(separator: "\0").utf8)
      }
    }
    message = team.broadcast(message, from: 0)
    guard let status = message.first else { return directory }
    let parts = message.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    throw RunError(
      parts[0], at: parts[1], remedy: parts[2], status: ExitStatus(rawValue: Int32(status)) ?? .inputOutput)
  }
}
