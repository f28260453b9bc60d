MODULES := common dataplane/nic dataplane/tcp dataplane/feed strategy risk
uses.common         :=
uses.dataplane/nic  := common
uses.dataplane/tcp  := common
uses.dataplane/feed := common
uses.strategy       := common
uses.risk           := common
