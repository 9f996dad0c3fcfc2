internal import Kernels
internal import Memory
internal import Models
internal import Teams

/// A small run's state as worker 0 has it from all workers: copied in the least time, to be put in order later and
/// elsewhere.
@safe
struct CopiedState: Sendable {
  private let arena: Arena
  private let parameters: BufferView<Float>
  private let runningStatistics: [BufferView<Float>]
  private let workers: [WorkerState]

  /// Copies what worker 0 has, and what the workers have sent (`WorkerState.allViews`, one after the other).
  fileprivate init(_ trainer: Trainer, messages: [[UInt8]]) {
    let statistics = trainer.model.runningStatistics.map(\.values)
    let counts = [trainer.layout.parameterCount] + statistics.map(\.count) + messages.map { $0.count / 4 }
    let arena = Arena(byteCount: counts.reduce(0) { $0 + Arena.byteCount($1, of: Float.self) })
    self.arena = arena
    parameters = arena.take(trainer.layout.parameterCount)
    parameters.copy(from: trainer.exchange.parameters[0..<trainer.layout.parameterCount])
    runningStatistics = statistics.map { values in
      let copy: BufferView<Float> = arena.take(values.count)
      copy.copy(from: values)
      return copy
    }
    let own = trainer.ownState
    let lanes = trainer.team.lanes
    workers = messages.enumerated().map { worker, message in
      let all: BufferView<Float> = arena.take(message.count / 4)
      all.copy(fromLittleEndian: message)
      var end = 0
      func next(_ count: Int) -> BufferView<Float> {
        end += count
        return all[(end - count)..<end]
      }
      let slice = trainer.exchange.slices[worker]
      let streams = lanes.streams(ofWorker: worker, of: messages.count)
      func nextPanels(_ columns: Int) -> Panels {
        Panels(next(Panels.count(rows: streams.count, columns: columns)), rows: streams.count, columns: columns)
      }
      return WorkerState(
        slice: slice, streams: streams, slots: own.slots.map { _ in next(slice.count) },
        carried: own.carried.map { nextPanels($0.columns) }, validation: own.validation.map { nextPanels($0.columns) })
    }
  }

  /// Calls `take` with all elements of the sections in order, piece by piece.
  func stream<Failure: Error>(
    _ sections: [StateSection], to take: (BufferView<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let buffers = PieceBuffers(sections)
    for piece in sections.lazy.flatMap(\.pieces) {
      let (stored, elements) = buffers.room(for: piece)
      try take(piece.inFileOrder(self.stored(piece, stored, buffers.part(piece)), elements))
    }
    withExtendedLifetime((buffers, arena)) {}
  }

  private func stored(_ piece: StatePiece, _ room: BufferView<Float>, _ part: BufferView<Float>) -> BufferView<Float> {
    switch piece.content {
    case .parameter: return piece.gather(from: parameters, into: room)
    case .runningStatistic(let index): return runningStatistics[index]
    case .slot, .carriedState, .validationState:
      for worker in workers {
        _ = worker.copy(piece, into: part)
        _ = WorkerState.place(piece, slice: worker.slice, streams: worker.streams, part, in: room)
      }
      return room
    }
  }
}

extension Trainer {
  /// A copy of the run's state on worker 0, nil elsewhere. Collective. Takes as much memory as the state does.
  func copyState() -> CopiedState? {
    var message: [UInt8] = []
    for view in ownState.allViews { message += view.littleEndianBytes }
    let messages = team.gather(message)
    return team.rank == 0 ? CopiedState(self, messages: messages) : nil
  }
}
