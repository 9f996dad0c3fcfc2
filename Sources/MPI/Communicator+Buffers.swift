#if MPI
  // What the collectives have in common: pointers to the elements of spans, and the check of blocks.

  extension Communicator {
    /// Traps unless there is one block a rank and each lies inside `0..<total`.
    @inline(__always)
    func checkBlocks(_ counts: [Int32], _ displacements: [Int32], within total: Int) {
      precondition(
        counts.count == size && displacements.count == size,
        "\(counts.count) counts and \(displacements.count) displacements for \(size) ranks")
      for rank in 0..<size {
        let count = Int(counts[rank])
        let start = Int(displacements[rank])
        precondition(
          count >= 0 && (count == 0 || (start >= 0 && start + count <= total)),
          "rank \(rank)'s block of \(count) elements at \(start) is not inside \(total) elements")
      }
    }
  }

  /// Calls `body` with the elements to send and the room to receive into. Empty arrays may have equal addresses, which
  /// MPICH takes for overlapping buffers, two nulls too: nothing to send is null, no room to receive is `noRoom`.
  @inline(__always)
  func withPointers<Element: BitwiseCopyable>(
    _ elements: Span<Element>, _ result: inout MutableSpan<Element>,
    _ body: (UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Int32
  ) -> Int32 {
    elements.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer {
        body(
          source.isEmpty ? nil : UnsafeRawPointer(source.baseAddress),
          $0.isEmpty ? noRoom : UnsafeMutableRawPointer($0.baseAddress))
      }
    }
  }

  /// An address at which nothing is ever read or written.
  private nonisolated(unsafe) let noRoom = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)

  /// Calls `body` with the addresses of a collective's counts and displacements, which stay there until it returns.
  @inline(__always)
  func withNumbers(
    _ counts: [Int32], _ displacements: [Int32], _ body: (UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Int32
  ) -> Int32 {
    counts.withUnsafeBufferPointer { counts in
      displacements.withUnsafeBufferPointer { body(counts.baseAddress, $0.baseAddress) }
    }
  }

  /// Calls `body` with the elements for reading and writing.
  @inline(__always)
  func withPointer<Element: BitwiseCopyable>(
    _ elements: inout MutableSpan<Element>, _ body: (UnsafeMutableRawPointer?) -> Int32
  ) -> Int32 {
    elements.withUnsafeMutableBufferPointer { body(UnsafeMutableRawPointer($0.baseAddress)) }
  }
#endif
