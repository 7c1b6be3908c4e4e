import TenantWorker

WorkerProcess.main()
