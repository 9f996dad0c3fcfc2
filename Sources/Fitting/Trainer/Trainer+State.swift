internal import Files
internal import Jobs
internal import Kernels
internal import Memory
internal import Models
internal import Optimization
internal import Teams

extension Trainer {
  /// The run's state as it is: what it consists of, the same on all workers.
  var state: TrainingState {
    let tensors = layout.tensors
    var sections = tensors.map { StateSection(name: $0.name, shape: $0.shape, content: .parameter($0)) }
    for (index, slot) in optimizerKind.type.slots.enumerated() {
      sections += tensors.map {
        StateSection(name: "\(slot).\($0.name)", shape: $0.shape, content: .slot(index, $0))
      }
    }
    for (index, statistic) in model.runningStatistics.enumerated() {
      sections.append(
        StateSection(name: statistic.name, shape: [statistic.values.count], content: .runningStatistic(index)))
    }
    for (index, carried) in model.carriedStates.enumerated() {
      sections.append(
        StateSection(
          name: carried.name, shape: [team.lanes.batchSize, carried.values.columns], content: .carriedState(index)))
    }
    return TrainingState(sections: sections, validation: validationSections, updates: updates)
  }

  /// What a validation begins with: see `TrainingState`.
  private var validationSections: [StateSection] {
    guard validationStart.count > 0 else { return [] }
    return model.carriedStates.enumerated().map { index, carried in
      StateSection(
        name: StateSection.validationPrefix + carried.name, shape: [team.lanes.batchSize, carried.values.columns],
        content: isValidated ? .validationState(index) : .carriedState(index))
    }
  }

  /// What this worker has of it alone.
  var ownState: WorkerState {
    WorkerState(
      slice: exchange.slice, streams: team.lanes.streams(ofWorker: team.rank, of: team.size), slots: slots.views,
      carried: model.carriedStates.map(\.values), validation: isValidated ? validationStart : [])
  }

  /// SHA-256 over the whole state, on worker 0; nil elsewhere. Collective.
  func digest() -> String? {
    let state = state
    if state.isSmall {
      return copyState().map { copy in state.digest { copy.stream(state.sections, to: $0) } }
    }
    let digest = state.digest { stream(state.sections, to: $0) }
    return team.rank == 0 ? digest : nil
  }

  // MARK: To worker 0

  /// Calls `take` on worker 0 with all elements of the sections in order, piece by piece. Collective: no worker goes on
  /// with training before worker 0 has come to the next exchange.
  func stream<Failure: Error>(
    _ sections: [StateSection], to take: (BufferView<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let buffers = PieceBuffers(sections)
    let own = ownState
    for piece in sections.lazy.flatMap(\.pieces) {
      let (room, elements) = buffers.room(for: piece)
      guard let stored = collect(piece, own, room, buffers.part(piece)) else { continue }
      try take(piece.inFileOrder(stored, elements))
    }
    withExtendedLifetime(buffers) {}
  }

  /// A piece as it is kept, on worker 0; nil elsewhere. Collective.
  private func collect(
    _ piece: StatePiece, _ own: WorkerState, _ room: BufferView<Float>, _ part: BufferView<Float>
  ) -> BufferView<Float>? {
    switch piece.content {
    case .parameter: return team.rank == 0 ? piece.gather(from: exchange.parameters, into: room) : nil
    case .runningStatistic(let index): return team.rank == 0 ? model.runningStatistics[index].values : nil
    case .slot, .carriedState, .validationState:
      // One worker's part is the piece as it lies.
      if team.size == 1 {
        _ = own.copy(piece, into: room)
        return room
      }
      let count = own.copy(piece, into: part)
      for (worker, message) in team.gather(part[0..<count].littleEndianBytes).enumerated() {
        part[0..<(message.count / 4)].copy(fromLittleEndian: message)
        _ = WorkerState.place(
          piece, slice: exchange.slices[worker],
          streams: team.lanes.streams(ofWorker: worker, of: team.size), part, in: room)
      }
      return team.rank == 0 ? room : nil
    }
  }

  // MARK: From worker 0

  /// Takes this worker's part of a run's state, of the same model, optimizer and batch size. Collective.
  ///
  /// - sections: those of `state`; after them `keptValidationSections` where the run has just validated.
  /// - read: a piece's little-endian bytes, in the order of files; called on worker 0, whose error all throw.
  func restore(
    _ sections: [StateSection], updates: Int, isValidated: Bool = false,
    _ read: (StateSection, Range<Int>) throws(RunError) -> [UInt8]
  ) throws {
    self.isValidated = isValidated
    let buffers = PieceBuffers(sections)
    let own = ownState
    for section in sections {
      for piece in section.pieces {
        let (room, elements) = buffers.room(for: piece)
        elements.copy(
          fromLittleEndian: try SharedOutcome.share(team) { () throws(RunError) in try read(section, piece.elements) })
        take(piece, own, elements, room)
      }
    }
    withExtendedLifetime(buffers) {}
    team.allGather(exchange)
    self.updates = updates
    model.parametersChanged()
  }

  /// The sections that a checkpoint has in addition where the run has just validated; empty where validation begins
  /// from zero.
  var keptValidationSections: [StateSection] {
    let was = isValidated
    defer { isValidated = was }
    isValidated = true
    return validationSections
  }

  /// Names and widths of what the model carries.
  package var carriedShapes: [(name: String, width: Int)] {
    model.carriedStates.map { ($0.name, $0.values.columns) }
  }

  /// Sets the carried states of this worker's streams: (streams of all workers or more, width) each, in the order of
  /// the model's.
  package func setCarriedStates(_ values: [[Float]]) {
    let first = team.lanes.streams(ofWorker: team.rank, of: team.size).lowerBound
    for (state, values) in zip(model.carriedStates, values) {
      let panels = state.values
      for stream in 0..<panels.rows {
        for column in 0..<panels.columns {
          panels[stream, column] = values[(first + stream) * panels.columns + column]
        }
      }
    }
  }

  /// Takes what this worker owns of a piece.
  func take(_ piece: StatePiece, _ own: WorkerState, _ elements: BufferView<Float>, _ room: BufferView<Float>) {
    func take(_ tensor: ModelTensor, _ target: BufferView<Float>, from start: Int) {
      guard let tensorPiece = piece.tensor, piece.segments.contains(where: { $0.overlaps(exchange.slice) }) else {
        return
      }
      tensor.write(tensorPiece, elements, to: room)
      WorkerState.forEachPart(piece, of: exchange.slice) { part, place in
        target[part.shifted(by: -start)].copy(from: room[place..<(place + part.count)])
      }
    }
    switch piece.content {
    // Each writes what it owns: the workers of a node share one copy.
    case .parameter(let tensor): take(tensor, exchange.parameters, from: 0)
    case .slot(let index, let tensor): take(tensor, own.slots[index], from: exchange.slice.lowerBound)
    case .runningStatistic(let index): model.runningStatistics[index].values.copy(from: elements)
    case .carriedState(let index), .validationState(let index): own.take(piece, ofCarried: index, elements)
    }
  }
}

extension TrainingState {
  /// Whether a copy of all of it is taken at once rather than piece by piece: it takes less time, but as much memory
  /// again.
  var isSmall: Bool { byteCount < 16 << 20 }
}
