#if MPI
  internal import CMPI

  // Buffers are spans, lengths are elements. Wrong lengths trap, since they are the caller's mistake and MPI would write
  // beyond the buffer; what MPI itself reports is thrown. None of these allocates.
  extension Communicator {
    /// Copies `root`'s elements to all ranks (`MPI_Bcast`); the count is the same on all.
    public func broadcast<T: MPIDatatype>(_ elements: inout MutableSpan<T>, root: Int = 0) throws(MPIError) {
      let handle = handle.value
      let code = elements.withUnsafeMutableBufferPointer { buffer in
        MPI_Bcast(buffer.baseAddress, length(buffer.count), T.handle, Int32(root), handle)
      }
      try check(code, "MPI_Bcast", rank: rank)
    }

    /// Sums `part` over all ranks element by element into `sum`, of the same count (`MPI_Allreduce` with `MPI_SUM`). The
    /// library chooses the order of additions, so floating-point sums depend on it and on the number of ranks.
    public func allReduceSum<T: MPIDatatype>(_ part: Span<T>, _ sum: inout MutableSpan<T>) throws(MPIError) {
      precondition(part.count == sum.count, "the sum's count differs from the part's")
      let handle = handle.value
      let code = part.withUnsafeBufferPointer { source in
        sum.withUnsafeMutableBufferPointer { target in
          MPI_Allreduce(
            source.baseAddress, target.baseAddress, length(source.count), T.handle, cmpi_sum(), handle)
        }
      }
      try check(code, "MPI_Allreduce", rank: rank)
    }

    /// Sums `parts` (`size` blocks) over all ranks and leaves block `rank` of the sum in `block` (`MPI_Reduce_scatter_block`
    /// with `MPI_SUM`), in an order of additions that the library chooses.
    public func reduceScatterBlock<T: MPIDatatype>(_ parts: Span<T>, _ block: inout MutableSpan<T>) throws(MPIError) {
      precondition(parts.count == block.count * size, "the parts are not one block per rank")
      let handle = handle.value
      let code = parts.withUnsafeBufferPointer { source in
        block.withUnsafeMutableBufferPointer { target in
          MPI_Reduce_scatter_block(
            source.baseAddress, target.baseAddress, length(target.count), T.handle, cmpi_sum(), handle)
        }
      }
      try check(code, "MPI_Reduce_scatter_block", rank: rank)
    }

    /// Puts every rank's `part`, all of one count, one after the other by rank into `whole` (`MPI_Allgather`).
    public func allGather<T: MPIDatatype>(_ part: Span<T>, _ whole: inout MutableSpan<T>) throws(MPIError) {
      precondition(whole.count == part.count * size, "the whole is not one part per rank")
      let handle = handle.value
      let code = part.withUnsafeBufferPointer { source in
        whole.withUnsafeMutableBufferPointer { target in
          let count = length(source.count)
          return MPI_Allgather(
            source.baseAddress, count, T.handle, target.baseAddress, count, T.handle, handle)
        }
      }
      try check(code, "MPI_Allgather", rank: rank)
    }

    /// Completes `whole`, in which this rank's part is already in its place (`MPI_Allgatherv` with `MPI_IN_PLACE`).
    ///
    /// - Parameters:
    ///   - whole: all parts; rank `r`'s are the `counts[r]` elements from `displacements[r]` on.
    ///   - counts: elements of each rank, the same on all ranks.
    ///   - displacements: where each rank's part begins.
    public func allGatherV<T: MPIDatatype>(
      _ whole: inout MutableSpan<T>, counts: [Int32], displacements: [Int32]
    ) throws(MPIError) {
      checkParts(counts, displacements, within: whole.count)
      let handle = handle.value
      let code = whole.withUnsafeMutableBufferPointer { buffer in
        MPI_Allgatherv(
          cmpi_in_place(), 0, cmpi_datatype_null(), buffer.baseAddress, counts, displacements, T.handle, handle)
      }
      try check(code, "MPI_Allgatherv", rank: rank)
    }

    /// Sends rank `r` the `sendCounts[r]` elements from `sendDisplacements[r]` on in `source`, and puts what rank `r` sends
    /// at `receiveDisplacements[r]` in `target` (`MPI_Alltoallv`).
    public func allToAllV<T: MPIDatatype>(
      _ source: Span<T>, sendCounts: [Int32], sendDisplacements: [Int32],
      _ target: inout MutableSpan<T>, receiveCounts: [Int32], receiveDisplacements: [Int32]
    ) throws(MPIError) {
      checkParts(sendCounts, sendDisplacements, within: source.count)
      checkParts(receiveCounts, receiveDisplacements, within: target.count)
      let handle = handle.value
      let code = source.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
          MPI_Alltoallv(
            source.baseAddress, sendCounts, sendDisplacements, T.handle,
            target.baseAddress, receiveCounts, receiveDisplacements, T.handle, handle)
        }
      }
      try check(code, "MPI_Alltoallv", rank: rank)
    }

    /// Traps unless there is one part per rank and all lie within `count` elements.
    private func checkParts(_ counts: [Int32], _ displacements: [Int32], within count: Int) {
      precondition(counts.count == size && displacements.count == size, "counts and displacements are one per rank")
      for index in 0..<size {
        precondition(
          counts[index] >= 0 && displacements[index] >= 0
            && Int(displacements[index]) + Int(counts[index]) <= count, "a rank's part lies outside its buffer")
      }
    }
  }

  /// A count as MPI takes it; traps beyond 2³¹ − 1 elements.
  @inline(__always)
  private func length(_ count: Int) -> Int32 { Int32(count) }
#endif
