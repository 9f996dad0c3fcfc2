internal import Files
internal import Jobs
internal import Teams

/// A fit's callbacks on one worker: called on worker 0, whose decision all take. Every worker has as many.
struct CallbackGroup {
  private let callbacks: [any FitCallback]
  private let team: any Team
  /// Whether any of them has the hooks of batches.
  let hasBatchHooks: Bool

  /// Nil for none. Not collective.
  init?(_ callbacks: [any FitCallback], _ team: any Team) {
    guard !callbacks.isEmpty else { return nil }
    self.callbacks = callbacks
    self.team = team
    hasBatchHooks = callbacks.contains { $0.hasBatchHooks }
  }

  /// What they have to go on with, by name, on worker 0; empty elsewhere.
  var states: [FitState.Kept] {
    guard team.rank == 0 else { return [] }
    return callbacks.map { FitState.Kept(name: $0.name, state: $0.state) }
  }

  /// Gives them what a checkpoint has of them, on worker 0. One of which it has nothing starts anew.
  func restore(_ states: [FitState.Kept]) {
    guard team.rank == 0 else { return }
    for callback in callbacks { callback.state = states.first { $0.name == callback.name }?.state ?? .null }
  }

  /// Calls a hook of each on worker 0; all workers get what they have decided. Collective.
  ///
  /// - Throws: `RunError`, on all workers alike, for one that throws, or decides on a factor that is none.
  func decide(
    _ control: FitControl, _ hook: (any FitCallback, inout FitControl) throws -> Void
  ) throws -> (rateFactor: Double, endReason: String?) {
    let message = try SharedOutcome.share(team) { () throws(RunError) in
      var control = control
      for callback in callbacks {
        do { try hook(callback, &control) } catch {
          throw error as? RunError
            ?? RunError(
              "a callback has failed (\(error))", at: callback.name, remedy: "mend it, or leave it out",
              status: .failure)
        }
        guard control.rateFactor.isFinite, control.rateFactor >= 0 else {
          throw RunError(
            "a factor of the learning rate that is none (\(control.rateFactor))", at: callback.name,
            remedy: "let it be finite, and not below 0", status: .usage)
        }
      }
      let bits = control.rateFactor.bitPattern
      return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
        + (control.endReason.map { [1] + Array($0.utf8) } ?? [])
    }
    let bits = message[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return (Double(bitPattern: bits), message.count > 8 ? String(decoding: message[9...], as: UTF8.self) : nil)
  }
}
