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
        message = error.message
      }
    }
    message = team.broadcast(message, from: 0)
    guard message.isEmpty else { throw RunError(message: message) }
    return directory
  }
}
