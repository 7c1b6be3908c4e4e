import AdminShell

AdminShell.main()
