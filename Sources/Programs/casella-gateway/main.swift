import Gateway

GatewayProcess.main()
