import DistTrain

EntryPoint.main()
