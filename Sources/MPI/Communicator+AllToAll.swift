#if MPI
  internal import CMPI

  extension Communicator {
    /// Sends block r of `elements` to rank r and receives rank r's into block r of `received` (`MPI_Alltoall`). Both
    /// hold `size` blocks of equal length; `received` is overwritten.
    public func allToAll<Element: MPIDatatype>(
      _ elements: Span<Element>, _ received: inout MutableSpan<Element>
    ) throws(MPIError) {
      precondition(
        elements.count == received.count && elements.count % size == 0,
        "all-to-all of \(elements.count) elements into \(received.count), in \(size) equal blocks")
      let count = try MPIError.count("MPI_Alltoall", elements.count / size, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointers(elements, &received) { source, target in
        collective {
          MPI_Alltoall(source, count, type, target, count, type, handle)
        } started: {
          MPI_Ialltoall(source, count, type, target, count, type, handle, $0)
        }
      }
      try MPIError.check("MPI_Alltoall", code, rank: worldRank)
    }

    /// Sends each rank its own number of elements (`MPI_Alltoallv`): rank r gets `sendCounts[r]` elements of `elements`
    /// from `sendDisplacements[r]` on, and its `receiveCounts[r]` elements land in `received` from
    /// `receiveDisplacements[r]` on. Elements of `received` between the blocks stay as they are.
    public func allToAllV<Element: MPIDatatype>(
      _ elements: Span<Element>, sendCounts: [Int32], sendDisplacements: [Int32],
      _ received: inout MutableSpan<Element>, receiveCounts: [Int32], receiveDisplacements: [Int32]
    ) throws(MPIError) {
      checkBlocks(sendCounts, sendDisplacements, within: elements.count)
      checkBlocks(receiveCounts, receiveDisplacements, within: received.count)
      let type = Element.mpiType.handle
      let code = withPointers(elements, &received) { source, target in
        withNumbers(sendCounts, sendDisplacements) { counts, starts in
          withNumbers(receiveCounts, receiveDisplacements) { targetCounts, targetStarts in
            collective {
              MPI_Alltoallv(source, counts, starts, type, target, targetCounts, targetStarts, type, handle)
            } started: {
              MPI_Ialltoallv(source, counts, starts, type, target, targetCounts, targetStarts, type, handle, $0)
            }
          }
        }
      }
      try MPIError.check("MPI_Alltoallv", code, rank: worldRank)
    }
  }
#endif
