internal import Memory
internal import Models
internal import Teams

/// A copy of all of a worker's state that training changes, so that it can be put back to the bit. Its memory is taken
/// once.
@safe
final class StateSnapshot {
  private let arena: Arena
  private let copies: [BufferView<Float>]
  private var updates = 0

  /// Copies the trainer's state.
  init(_ trainer: Trainer) {
    let counts = trainer.snapshotViews.map(\.count)
    let arena = Arena(byteCount: counts.reduce(0) { $0 + Arena.byteCount($1, of: Float.self) })
    self.arena = arena
    copies = counts.map { arena.take($0) }
    take(trainer)
  }

  /// Copies the state of the same trainer anew.
  func take(_ trainer: Trainer) {
    for (copy, view) in zip(copies, trainer.snapshotViews) { copy.copy(from: view) }
    withExtendedLifetime(arena) {}
    updates = trainer.updates
  }

  /// Puts the state back to the bit; collective.
  func restore(_ trainer: Trainer) {
    trainer.team.barrier()
    for (copy, view) in zip(copies, trainer.snapshotViews) { view.copy(from: copy) }
    withExtendedLifetime(arena) {}
    trainer.team.allGather(trainer.exchange)
    trainer.updates = updates
    trainer.context.flags.gradientWasBad = false
    trainer.model.parametersChanged()
  }
}

extension Trainer {
  /// Bytes of such a copy.
  var snapshotByteCount: Int { snapshotViews.reduce(0) { $0 + Arena.byteCount($1.count, of: Float.self) } }

  /// Everything that this worker changes: its parameters, and what it alone or every worker has.
  fileprivate var snapshotViews: [BufferView<Float>] {
    [exchange.parameters[exchange.slice]] + ownState.views + model.runningStatistics.map(\.values)
  }
}
