# layers.mk - who may include, and so link, whom. The one table: the Makefile links from it, `make
# tidy` checks #include lines by it. A module is a folder; `uses.X` lists the folders whose headers
# X may include. The graph must stay acyclic.

MODULES := common \
	dataplane/nic dataplane/net dataplane/tcp dataplane/tls dataplane/ws \
	dataplane/feed dataplane/book dataplane \
	strategy risk gateway pcap sim tuning appliance hostctl

uses.common         :=
uses.dataplane/nic  := common
uses.dataplane/net  := common
uses.dataplane/tcp  := common dataplane/net
uses.dataplane/tls  := common
uses.dataplane/ws   := common
uses.dataplane/feed := common
uses.dataplane/book := common
uses.dataplane      := common dataplane/nic dataplane/net dataplane/tcp dataplane/tls dataplane/ws dataplane/feed dataplane/book
uses.strategy       := common
uses.risk           := common
uses.gateway        := common dataplane strategy risk $(uses.dataplane)
uses.pcap           := common gateway $(uses.gateway)
uses.sim            := common
uses.tuning         := common
uses.appliance      := common tuning pcap sim $(uses.pcap)
uses.hostctl        := common appliance $(uses.appliance)
