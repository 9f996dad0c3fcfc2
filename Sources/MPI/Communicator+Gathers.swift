#if MPI
  internal import CMPI

  extension Communicator {
    /// Gives all ranks the elements of rank `root` (`MPI_Bcast`). Every rank passes as many elements; those of the
    /// others are overwritten. A root outside `0..<size` is thrown as `MPI_ERR_ROOT`.
    public func broadcast<Element: MPIDatatype>(
      _ elements: inout MutableSpan<Element>, root: Int
    ) throws(MPIError) {
      let count = try MPIError.count("MPI_Bcast", elements.count, rank: worldRank)
      let root = Int32(clamping: root)
      let type = Element.mpiType.handle
      let code = withPointer(&elements) { elements in
        collective {
          MPI_Bcast(elements, count, type, root, handle)
        } started: {
          MPI_Ibcast(elements, count, type, root, handle, $0)
        }
      }
      try MPIError.check("MPI_Bcast", code, rank: worldRank)
    }

    /// Gives all ranks all blocks in the order of the ranks (`MPI_Allgather`). `all` holds `size` blocks of
    /// `block.count` elements and is overwritten.
    public func allGather<Element: MPIDatatype>(
      _ block: Span<Element>, _ all: inout MutableSpan<Element>
    ) throws(MPIError) {
      precondition(
        all.count == size * block.count, "all-gather of \(size) blocks of \(block.count) into \(all.count) elements")
      let count = try MPIError.count("MPI_Allgather", block.count, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointers(block, &all) { block, all in
        collective {
          MPI_Allgather(block, count, type, all, count, type, handle)
        } started: {
          MPI_Iallgather(block, count, type, all, count, type, handle, $0)
        }
      }
      try MPIError.check("MPI_Allgather", code, rank: worldRank)
    }

    /// Gives all ranks all blocks, each rank's own being in its place already (`MPI_Allgather` in place). `all` holds
    /// `size` blocks of equal length.
    public func allGather<Element: MPIDatatype>(_ all: inout MutableSpan<Element>) throws(MPIError) {
      precondition(all.count % size == 0, "all-gather of \(all.count) elements in \(size) equal blocks")
      let count = try MPIError.count("MPI_Allgather", all.count / size, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointer(&all) { all in
        collective {
          MPI_Allgather(CMPI_IN_PLACE(), 0, type, all, count, type, handle)
        } started: {
          MPI_Iallgather(CMPI_IN_PLACE(), 0, type, all, count, type, handle, $0)
        }
      }
      try MPIError.check("MPI_Allgather", code, rank: worldRank)
    }

    /// Gives all ranks all blocks (`MPI_Allgatherv`): rank r's `counts[r]` elements land in `all` from
    /// `displacements[r]` on. `block` holds this rank's `counts[rank]` elements; elements of `all` between the blocks
    /// stay as they are.
    public func allGatherV<Element: MPIDatatype>(
      _ block: Span<Element>, _ all: inout MutableSpan<Element>, counts: [Int32], displacements: [Int32]
    ) throws(MPIError) {
      checkBlocks(counts, displacements, within: all.count)
      precondition(
        block.count == Int(counts[rank]), "a block of \(block.count) elements where \(counts[rank]) are announced")
      let type = Element.mpiType.handle
      let own = counts[rank]
      let code = withPointers(block, &all) { block, all in
        withNumbers(counts, displacements) { counts, displacements in
          collective {
            MPI_Allgatherv(block, own, type, all, counts, displacements, type, handle)
          } started: {
            MPI_Iallgatherv(block, own, type, all, counts, displacements, type, handle, $0)
          }
        }
      }
      try MPIError.check("MPI_Allgatherv", code, rank: worldRank)
    }

    /// Gives all ranks all blocks, each rank's own being in its place already (`MPI_Allgatherv` in place): rank r's
    /// `counts[r]` elements are in `all` from `displacements[r]` on.
    public func allGatherV<Element: MPIDatatype>(
      _ all: inout MutableSpan<Element>, counts: [Int32], displacements: [Int32]
    ) throws(MPIError) {
      checkBlocks(counts, displacements, within: all.count)
      let type = Element.mpiType.handle
      let code = withPointer(&all) { all in
        withNumbers(counts, displacements) { counts, displacements in
          collective {
            MPI_Allgatherv(CMPI_IN_PLACE(), 0, type, all, counts, displacements, type, handle)
          } started: {
            MPI_Iallgatherv(CMPI_IN_PLACE(), 0, type, all, counts, displacements, type, handle, $0)
          }
        }
      }
      try MPIError.check("MPI_Allgatherv", code, rank: worldRank)
    }
  }
#endif
