/// A pass over activations of some steps, in pieces: the rows of one lane at one step, in one panel.
protocol LanePass {
  associatedtype Work: LaneWork
  /// Where the lanes' rows are.
  var lanes: LaneRows { get }
  /// What is done with a piece.
  var work: Work { get }
}

/// What a `LanePass` does with each piece: pointers and numbers, nothing that is counted.
protocol LaneWork: BitwiseCopyable {
  /// Panels of a step's matrix.
  var panels: Int { get }
  /// Does a piece of `rows` rows. Of one lane, those of earlier steps come first.
  func run(_ piece: LanePiece, rows: Int)
}

/// A piece of a `LanePass`.
struct LanePiece {
  let lane: Int
  /// The first of the lane's rows in the matrix of the step.
  let first: Int
  let step: Int
  let panel: Int
  /// The first row in lane order (lane, step, stream).
  let orderedRow: Int
}

extension LanePass {
  /// Does all pieces.
  @inline(__always)
  func runAll() {
    let work = work
    var row = 0
    for (lane, rows) in lanes.rows.enumerated() {
      for step in 0..<lanes.steps {
        for panel in 0..<work.panels {
          let piece = LanePiece(lane: lane, first: rows.lowerBound, step: step, panel: panel, orderedRow: row)
          // Of a lane's usual four streams the loops over rows are straight code.
          if rows.count == 4 { work.run(piece, rows: 4) } else { work.run(piece, rows: rows.count) }
        }
        row += rows.count
      }
    }
  }

  /// Does all pieces, lane by lane, beside the product that `body` does, just ahead of the rows of its left matrix,
  /// which are in lane order: the pass makes them.
  @inline(__always)
  func run(beside body: (LaneSideWork<Work>) -> Void) {
    lanes.rows.withUnsafeBufferPointer { rows in
      guard let first = rows.baseAddress else { return }
      var state = LaneSideWork<Work>.State(
        work: work, lanes: first, laneCount: rows.count, steps: lanes.steps, panels: work.panels)
      withUnsafeMutablePointer(to: &state) { state in
        let side = LaneSideWork(state: state)
        body(side)
        side.catchUp(to: .max)
      }
    }
  }
}

/// A pass beside a product. Between the multiply-adds only lanes of four streams are done, as most are: in straight
/// code, which leaves the product its registers.
struct LaneSideWork<Work: LaneWork>: SideWork {
  /// The pass, and how far it has come.
  struct State {
    let work: Work
    let lanes: UnsafePointer<Range<Int>>
    let laneCount, steps, panels: Int
    /// The next piece.
    var lane = 0
    var step = 0
    var panel = 0
    /// Rows of the lanes and steps that are finished.
    var rows = 0
  }

  let state: UnsafeMutablePointer<State>

  static var isAny: Bool { true }

  @inline(__always)
  func begin(rows: Int) {
    if state.pointee.rows < rows { catchUp(to: rows) }
  }

  @inline(__always)
  func advance() {
    guard state.pointee.lane < state.pointee.laneCount else { return }
    let rows = state.pointee.lanes + state.pointee.lane
    let first = rows.pointee.lowerBound
    guard rows.pointee.upperBound &- first == 4 else { return }
    state.pointee.work.run(piece(first), rows: 4)
    moveOn(rows: 4)
  }

  /// Does the pieces up to so many rows.
  @inline(never)
  func catchUp(to rows: Int) {
    while state.pointee.rows < rows && state.pointee.lane < state.pointee.laneCount {
      let lane = state.pointee.lanes[state.pointee.lane]
      state.pointee.work.run(piece(lane.lowerBound), rows: lane.count)
      moveOn(rows: lane.count)
    }
  }

  @inline(__always)
  private func piece(_ first: Int) -> LanePiece {
    LanePiece(
      lane: state.pointee.lane, first: first, step: state.pointee.step, panel: state.pointee.panel,
      orderedRow: state.pointee.rows)
  }

  @inline(__always)
  private func moveOn(rows: Int) {
    state.pointee.panel &+= 1
    guard state.pointee.panel == state.pointee.panels else { return }
    state.pointee.panel = 0
    state.pointee.rows &+= rows
    state.pointee.step &+= 1
    guard state.pointee.step == state.pointee.steps else { return }
    state.pointee.step = 0
    state.pointee.lane &+= 1
  }
}
